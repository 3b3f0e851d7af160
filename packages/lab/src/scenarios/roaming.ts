import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { checkNoSnapshot, configMessagesSince, markLogs } from './agent-logs.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { checkStreams, startMesh, startStreams } from './start-mesh.js'

/** A host is told to listen elsewhere: its peers follow, and nobody notices. */
export const roamingPort: Scenario = {
  name: 'roaming-port',
  summary: "a host's port changes under continuous pings",
  rows: ['A7'],
  bothBuilds: true,
  play: (stage) =>
    playRoaming(stage, 'the port changes', async (mesh, mover) => {
      const { hostId } = await hostNamed(mesh.server, mover.name)
      await mesh.server.api.patch(`/api/v1/hosts/${hostId}`, { listenPort: 51_999 })
      return ':51999'
    }),
}

/** A host's address is taken away and another given: what a laptop does that changes its network. */
export const roamingAddress: Scenario = {
  name: 'roaming-address',
  summary: "a host's address changes under continuous pings",
  rows: ['A7'],
  bothBuilds: true,
  play: (stage) =>
    playRoaming(
      stage,
      'the address changes',
      async ({ lab }, mover) => {
        const { ipv4 } = await lab.inet.readdress(mover.host)
        return `${ipv4}:`
      },
      // Until its agent has had its turn on a busy machine; peers that nobody greeted would lose more than a hundred.
      4,
    ),
}

/**
 * Everybody pings the host that moves, and it pings one of them, every 0.2 s.
 * @param move does it, and says what must be in its new endpoint
 * @param most as many pings may be lost
 */
async function playRoaming(
  stage: Stage,
  what: string,
  move: (mesh: Mesh, mover: MeshMember) => Promise<string>,
  most = 1,
): Promise<void> {
  const mesh = await startMesh(stage, 4)
  await mesh.pingMatrix()
  const mover = mesh.member(0)
  const others = mesh.members.slice(1)
  const { publicKey, interfaceIndex } = await mesh.tunnel(mover)
  const streams = await startStreams(mesh, [...others.map((other) => [other, mover] as const), [mover, mesh.member(1)]])
  const logs = await markLogs(mesh.members)
  await pause(1_000)
  stage.tell(what)
  const movedAt = performance.now()
  const sign = await move(mesh, mover)
  const have = await Promise.allSettled(others.map((other) => followed(mesh, other, publicKey, sign)))
  stage.metric('followed-ms', Math.round(performance.now() - movedAt))
  const late = others.filter((_, at) => have[at]?.status === 'rejected').map(({ name }) => name)
  stage.check('every other host has the new endpoint', late.length === 0, late.join(' '))
  const patched = () =>
    configMessagesSince(logs).then((messages) =>
      others.every((other) => messages.some(({ member }) => member === other)),
    )
  const told = await waitUntil('each has had a patch', patched, { limitMs: 10_000 }).catch(() => false)
  stage.check('each was told by a patch', told)
  // Long enough to see what comes late: a tunnel gone silent, or a host that is moved twice.
  await pause(3_000)
  await checkStreams(stage, what, streams, most)
  await checkNoSnapshot(stage, logs)
  const after = await mesh.tunnel(mover)
  stage.check('its interface is still the same', after.interfaceIndex === interfaceIndex)
}

function followed(mesh: Mesh, member: MeshMember, publicKey: string, sign: string): Promise<unknown> {
  return waitUntil(`${member.name} has the new endpoint`, async () => {
    const { peers } = await mesh.tunnel(member)
    return peers.find((peer) => peer.publicKey === publicKey)?.endpoint?.includes(sign)
  })
}
