/** Policies on real packets: the real server is told, the real agents put it into effect. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { answerOn, follow, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

const answered = { ports: [80, 443], streams: [7000] }

export const aclPorts: Scenario = {
  name: 'acl-ports',
  summary: 'a policy opens one port: it alone is answered, over IPv4 and IPv6',
  rows: ['G4', 'G5'],
  async play(stage) {
    const { mesh, h1, h2, h3 } = await closedMesh(stage)
    stage.check('nobody gets in while no policy allows it', (await openPorts(mesh, h1, h2)).length === 0)
    const tookMs = await told(mesh, h1, h2, {
      type: 'AddPolicy',
      name: 'web',
      ...between(mesh, h1, h2),
      traffic: [tcp(443)],
    })
    stage.metric('policy-to-packet-ms', tookMs)
    const open = await openPorts(mesh, h1, h2)
    stage.check('TCP 443 is answered and nothing else is', open.join() === 'ipv4 tcp 443,ipv6 tcp 443', open.join())
    const others = await openPorts(mesh, h3, h2)
    stage.check('a third host gets in nowhere', others.length === 0, others.join())
  },
}

export const aclOneWay: Scenario = {
  name: 'acl-one-way',
  summary: 'a policy of one direction: who may begin is answered, and who may not does not begin',
  rows: ['G4', 'G5'],
  async play(stage) {
    const { mesh, h1, h2 } = await closedMesh(stage)
    await told(mesh, h1, h2, { type: 'AddPolicy', name: 'there', ...between(mesh, h1, h2), direction: 'one-way' })
    const [there, back] = [await openPorts(mesh, h1, h2), await openPorts(mesh, h2, h1)]
    stage.check('the source is answered on every port', there.length === 8, there.join())
    stage.check('the destination gets in nowhere', back.length === 0, back.join())
  },
}

export const aclTighten: Scenario = {
  name: 'acl-tighten',
  summary: 'a policy is tightened: flows under way that it no longer allows end, others go on',
  rows: ['G4'],
  async play(stage) {
    const { mesh, h1, h2, h3 } = await closedMesh(stage)
    const first = await command(mesh, { type: 'AddPolicy', name: 'first', ...between(mesh, h1, h2) })
    await told(mesh, h3, h2, { type: 'AddPolicy', name: 'second', ...between(mesh, h3, h2) })
    // They stay peers of each other: what ends, the filter ends.
    await command(mesh, { type: 'AddPolicy', name: 'rest', ...between(mesh, h1, h2), traffic: [tcp(9)] })
    const address = await mesh.address(h2.member)
    const [ended, lasting] = [await follow(h1.member.host, address, 7000), await follow(h3.member.host, address, 7000)]
    const toldAt = performance.now()
    await command(mesh, { type: 'RemovePolicy', policyId: first.events[0]?.policyId })
    const stopped = await waitUntil('the flows end', () => silent(ended)).catch(() => undefined)
    stage.check('TCP and UDP that were under way end', stopped !== undefined)
    stage.metric('ended-after-ms', Math.round(performance.now() - toldAt - silenceMs))
    const before = { tcp: lasting.tcp, udp: lasting.udp }
    await pause(500)
    const goesOn = lasting.tcp > before.tcp && lasting.udp > before.udp
    stage.check("those of another policy don't", goesOn, `${lasting.tcp - before.tcp} and ${lasting.udp - before.udp}`)
    await Promise.all([ended.stop(), lasting.stop()])
  },
}

interface Seen {
  readonly member: MeshMember
  readonly nodeId: string
}

/** Three hosts that answer, tunnels between all of them, and then no policy. */
async function closedMesh(stage: Stage) {
  const { mesh, ...members } = await startCast(stage, ['h1', 'h2', 'h3'])
  for (const { host } of mesh.members) await answerOn(host, answered)
  const seen = async (member: MeshMember): Promise<Seen> => ({ member, nodeId: await nodeOf(mesh, member) })
  const [h1, h2, h3] = [await seen(members.h1), await seen(members.h2), await seen(members.h3)]
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
  await waitUntil('nobody gets in any more', async () => (await openPorts(mesh, h1, h2)).length === 0 || undefined)
  return { mesh, h1, h2, h3 }
}

/** Gives the command and waits until a packet gets through because of it; milliseconds. */
async function told(mesh: Mesh, from: Seen, to: Seen, fields: object): Promise<number> {
  const startedAt = performance.now()
  await command(mesh, fields)
  const address = await mesh.address(to.member)
  const isOpen = async () =>
    (await knock(from.member.host, [{ from: null, to: address, protocol: 'tcp', port: 443 }]))[0] || undefined
  await waitUntil('it gets through', isOpen, { limitMs: 10_000 })
  return Math.round(performance.now() - startedAt)
}

const between = ({ networkId }: Mesh, from: Seen, to: Seen) => ({
  networkId,
  sources: [{ kind: 'node', nodeId: from.nodeId }],
  destinations: [{ kind: 'node', nodeId: to.nodeId }],
  traffic: [{ protocol: 'any' }],
})

const tcp = (port: number) => ({ protocol: 'tcp', ports: [{ first: port, last: port }] })

/** Of ports 80 and 443, both protocols and both families. */
async function openPorts(mesh: Mesh, from: Seen, to: Seen): Promise<readonly string[]> {
  const tries = (['ipv4', 'ipv6'] as const).flatMap((family) =>
    (['tcp', 'udp'] as const).flatMap((protocol) => answered.ports.map((port) => ({ family, protocol, port }))),
  )
  const addresses = { ipv4: await mesh.address(to.member), ipv6: await mesh.address(to.member, 'ipv6') }
  const knocks = tries.map(({ family, protocol, port }) => ({ from: null, to: addresses[family], protocol, port }))
  const open = await knock(from.member.host, knocks)
  return tries.filter((_, at) => open[at]).map(({ family, protocol, port }) => `${family} ${protocol} ${port}`)
}

const silenceMs = 400

/** Whether nothing came for so long. */
async function silent(followed: { readonly tcp: number; readonly udp: number }): Promise<true | undefined> {
  const { tcp: tcpBefore, udp: udpBefore } = followed
  await pause(silenceMs)
  return (followed.tcp === tcpBefore && followed.udp === udpBefore) || undefined
}
