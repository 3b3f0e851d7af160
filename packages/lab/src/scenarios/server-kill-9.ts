import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { TunnelState } from '../mesh/tunnel-state.js'
import { waitUntil } from '../wait-until.js'
import { checkNoSnapshot, configMessagesSince, markLogs } from './agent-logs.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf, hostNamed, hostsOf } from './server-view.js'
import { checkStreams, startCast, startStreams } from './start-mesh.js'

/** The server is not on the path of a packet: its death, and its return, is felt by nobody. */
export const serverKill9: Scenario = {
  name: 'server-kill-9',
  summary: 'the server dies: pings go on, hosts come back from disk, nothing flaps when it returns',
  rows: ['A8'],
  async play(stage) {
    const { mesh, h1, h2, h3, h4, h5 } = await startCast(stage, ['h1', 'h2', 'h3', 'h4', 'h5'])
    const tunnels = new Map(await Promise.all(mesh.members.map(async (at) => [at, await mesh.tunnel(at)] as const)))
    const events = await eventsOf(mesh.server)
    const logs = await markLogs(mesh.members)
    const streams = await startStreams(mesh, [
      [h1, h2],
      [h3, h1],
      [h4, h2],
    ])
    stage.tell('kill -9 of the server')
    await mesh.server.kill()
    await restartFromDisk(stage, mesh, h4, { reboot: false }, tunnels)
    await restartFromDisk(stage, mesh, h5, { reboot: true }, tunnels)
    const rebootedAt = performance.now()
    const { reachable } = await mesh.pingMatrix('ipv4', 20_000)
    stage.metric('all-reached-after-reboot-ms', Math.round(performance.now() - rebootedAt))
    stage.check('without a server everybody reaches everybody', reachable === 20, `${reachable} of 20`)
    await returnOfTheServer(stage, mesh)
    await checkStreams(stage, 'all the while', streams, 1)
    const later = await eventsOf(mesh.server)
    const kept = events.every((event, index) => later[index]?.eventId === event.eventId)
    stage.check('no event is lost', kept, `${events.length} before, ${later.length} after`)
    for (const member of [h1, h2, h3, h4]) await checkSameTunnel(stage, mesh, member, tunnels, h5)
    await changeReachesAll(stage, mesh)
    await checkNoSnapshot(stage, logs)
  },
}

/** The server that was started anew goes on where the old one ended. */
async function changeReachesAll({ check }: Stage, mesh: Mesh): Promise<void> {
  const moved = mesh.member(0)
  const marks = await markLogs(mesh.members.slice(1))
  const { hostId } = await hostNamed(mesh.server, moved.name)
  await mesh.server.api.patch(`/api/v1/hosts/${hostId}`, { listenPort: 51_999 })
  const all = async () => new Set((await configMessagesSince(marks)).map(({ member }) => member)).size === marks.size
  const reached = await waitUntil('a change has reached all', all).catch(() => false)
  check('a change made afterwards reaches every agent', reached)
}

type Tunnels = ReadonlyMap<MeshMember, TunnelState>

/** Kills an agent and starts it again without a server. After a reboot its interface is gone, too. */
async function restartFromDisk(
  stage: Stage,
  mesh: Mesh,
  member: MeshMember,
  { reboot }: { readonly reboot: boolean },
  tunnels: Tunnels,
): Promise<void> {
  const { agent, host, name } = member
  const what = reboot ? `${name} rebooted` : `${name}'s agent killed and started`
  const before = tunnels.get(member)
  await agent.kill()
  if (reboot) await host.sh(`ip link del ${agent.interfaceName}`)
  agent.start()
  const addresses = (tunnel: TunnelState | undefined) => [...(tunnel?.ipv4 ?? []), ...(tunnel?.ipv6 ?? [])].join(' ')
  await waitUntil(`${what}: its tunnel is back`, async () => {
    await agent.assertRunning()
    return (await agent.tunnel())?.peers.length === mesh.members.length - 1 || undefined
  })
  // Peers come first, then addresses.
  const isSame = async () => addresses(await agent.tunnel()) === addresses(before) || undefined
  const same = await waitUntil(`${what}: same addresses`, isSame).catch(() => false)
  const detail = addresses(await agent.tunnel())
  stage.check(`${what}, with the server down: same addresses`, same === true, detail)
}

async function returnOfTheServer({ check, metric, tell }: Stage, mesh: Mesh): Promise<void> {
  tell('the server is started again')
  await mesh.server.start()
  const startedAt = performance.now()
  const online = () =>
    hostsOf(mesh.server).then((hosts) => hosts.filter(({ presence }) => presence.online).length === mesh.members.length)
  const back = await waitUntil('all agents are back', online, { limitMs: 15_000 }).catch(() => false)
  const passed = Math.round(performance.now() - startedAt)
  metric('agents-back-ms', passed)
  check('all agents are back within 10 s', back && passed <= 10_000, `${passed} ms`)
}

/** Nothing of a tunnel began anew; the peer that rebooted made its own handshakes anew. */
async function checkSameTunnel(
  { check }: Stage,
  mesh: Mesh,
  member: MeshMember,
  tunnels: Tunnels,
  rebooted: MeshMember,
): Promise<void> {
  const before = tunnels.get(member)
  const after = await mesh.tunnel(member)
  const known = new Map(after.peers.map((peer) => [peer.publicKey, peer]))
  const exempt = tunnels.get(rebooted)?.publicKey
  const reset = (before?.peers ?? []).filter(({ publicKey, latestHandshake, receivedBytes, sentBytes }) => {
    const now = known.get(publicKey)
    if (now === undefined) return true
    if (publicKey === exempt) return false
    return now.latestHandshake < latestHandshake || now.receivedBytes < receivedBytes || now.sentBytes < sentBytes
  })
  const sameInterface = before?.interfaceIndex === after.interfaceIndex
  const detail = `interface ${before?.interfaceIndex} → ${after.interfaceIndex}, ${reset.length} peers began anew`
  check(`${member.name}: no interface flapped, no handshake reset`, sameInterface && reset.length === 0, detail)
}
