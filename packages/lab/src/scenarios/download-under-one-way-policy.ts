/** Flows are judged by who began them. A path that moves in the middle of one must not take its answers for something new. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { TcpStream } from '../net/tcp-stream.js'
import { waitUntil } from '../wait-until.js'
import { checkSilence } from './failover-limits.js'
import { command, nodeOf } from './mesh-commands.js'
import { killGateway, type RelayedMesh, relayedMesh } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'

const [port, downloadPort] = [80, 7007]
const range = '192.168.77.0/24'

/** The first gateway is the relay of one download and the router of the other. */
export const downloadUnderOneWayPolicy: Scenario = {
  name: 'download-under-one-way-policy',
  rows: ['E6', 'F3', 'G4', 'G5'],
  summary:
    'downloads from a relayed node and from a routed LAN, which may not begin anything, go on through another gateway when the first one dies',
  async play(stage) {
    const parts = await relayedMesh(stage, { relayed: 1 })
    const { mesh, first, second, third, node } = parts
    const lan = await sharedLan(stage, parts)
    await allowOneWay(parts, await routedRange(parts))
    await onlyOneWay(stage, third, node.host, await mesh.address(node), await mesh.address(third))
    await onlyOneWay(stage, third, lan.machine, lan.address, await mesh.address(third))
    const downloads = [
      { name: 'relay', stream: await TcpStream.open(third.host, node.host, await mesh.address(node), downloadPort) },
      { name: 'router', stream: await TcpStream.open(third.host, lan.machine, lan.address, downloadPort) },
    ]
    await mesh.server.stop()
    await pause(1000)
    stage.tell(`${first.name} dies`)
    await killGateway(first)
    await waitUntil('the other router is used', () => leadsThrough(mesh, third, second), { limitMs: 30_000 })
    // What the LAN's own routing has to do: it sends its answers to whoever is the router now.
    await lan.machine.ip([`route replace default via ${lan.routers[1]}`])
    for (const { name, stream } of downloads) await goesOn(stage, name, stream)
    await onlyOneWay(stage, third, lan.machine, lan.address, await mesh.address(third))
  },
}

interface SharedLan {
  readonly machine: Host
  readonly address: string
  /** The addresses there of both gateways. */
  readonly routers: readonly [string, string]
}

/** A LAN that both gateways are in; its machine answers through the first. */
async function sharedLan({ lab }: Stage, { first, second }: RelayedMesh): Promise<SharedLan> {
  const office = await lab.lan('office', { network: '192.168.77' })
  const [machine] = await lab.hosts(['machine'])
  const [one, other] = await office.attach([first.host, second.host], 'eth1')
  const [place] = await office.attach([machine])
  if (one === undefined || other === undefined || place === undefined) throw new Error('The LAN has no addresses.')
  await machine.ip([`route add default via ${one.ipv4}`])
  return { machine, address: place.ipv4, routers: [one.ipv4, other.ipv4] }
}

/** Through both gateways, without NAT; its id. */
async function routedRange({ mesh, first, second }: RelayedMesh): Promise<string> {
  const router = async (member: MeshMember, metric: number) => ({
    nodeId: await nodeOf(mesh, member),
    interfaceName: 'eth1',
    metric,
  })
  const added = await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges: [range],
    nat: false,
    returnRoute: 'external',
    routers: [await router(first, 10), await router(second, 20)],
  })
  return added.events[0]?.egressId ?? ''
}

/** The third host may begin with the node and with the LAN; nobody may begin anything else. */
async function allowOneWay({ mesh, third, node }: RelayedMesh, egressId: string): Promise<void> {
  await command(mesh, {
    type: 'AddPolicy',
    networkId: mesh.networkId,
    name: 'downloads',
    sources: [{ kind: 'node', nodeId: await nodeOf(mesh, third) }],
    destinations: [
      { kind: 'node', nodeId: await nodeOf(mesh, node) },
      { kind: 'egress', egressId },
    ],
    traffic: [{ protocol: 'tcp', ports: [port, downloadPort].map((one) => ({ first: one, last: one })) }],
    direction: 'one-way',
  })
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
}

/** There is an answer to the one that may begin, and none the other way. */
async function onlyOneWay(
  { check }: Stage,
  from: MeshMember,
  server: Host,
  address: string,
  ownAddress: string,
): Promise<void> {
  const answering = [await answerOn(server, { ports: [port] }), await answerOn(from.host, { ports: [port] })]
  const there = async () => (await knock(from.host, [{ from: null, to: address, protocol: 'tcp', port }]))[0] === true
  const back = async () => (await knock(server, [{ from: null, to: ownAddress, protocol: 'tcp', port }]))[0] === true
  const isReached = await waitUntil('it is reached', there, { limitMs: 15_000 }).catch(() => false)
  check(`${from.name} reaches ${server.name}`, isReached)
  const isShut = await waitUntil('it is shut', async () => !(await back())).catch(() => false)
  check(`${server.name} may not begin with ${from.name}`, isShut)
  for (const each of answering) await each.stop()
}

/** Whether the member sends what is for the range to that router. */
async function leadsThrough(mesh: Mesh, member: MeshMember, router: MeshMember): Promise<boolean> {
  const { publicKey } = await mesh.tunnel(router)
  const { peers } = await mesh.tunnel(member)
  return peers.some((peer) => peer.publicKey === publicKey && peer.allowedIps.includes(range))
}

async function goesOn(stage: Stage, name: string, stream: TcpStream): Promise<void> {
  const before = stream.pieces
  const flows = () => stream.pieces > before + 10
  const went = await waitUntil('the download goes on', flows, { limitMs: 30_000 }).catch(() => false)
  stage.check(`through the ${name}: the download goes on`, went)
  checkSilence(stage, stream, name)
  await stream.stop()
}
