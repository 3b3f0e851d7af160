/** Gateways that die, on real packets: hosts move by themselves, server or no server. */
import { setTimeout as pause } from 'node:timers/promises'
import type { MeshMember } from '../mesh/mesh.js'
import { PingStream, ping } from '../net/ping.js'
import { TcpStream } from '../net/tcp-stream.js'
import { waitUntil } from '../wait-until.js'
import { gatewayAgentRestart, gatewayRecovers, plannedRelayMove, relayedNodeMoves } from './failover-calm.js'
import { egressFailover } from './failover-egress.js'
import { awayLimitSeconds, checkSilence } from './failover-limits.js'
import { nodesOnTwoGateways, oneSidedFailure } from './failover-links.js'
import { relayedNodeRestored } from './failover-restored.js'
import { egressFailoverRouted } from './failover-routed.js'
import { egressFallsBack } from './failover-wider.js'
import { nodeOf } from './mesh-commands.js'
import { goesThrough, killGateway, type RelayedMesh, relayedMesh } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { type ServerChoice, serverChoices } from './server-choice.js'
import { eventsOf, movesOf } from './server-view.js'

/** Stopped, the server tells nobody anything: whoever moves decides that by itself. With it up, its advice must not be in the way. */
const haGatewayFailover = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `ha-gateway-failover${name}`,
  rows: ['C1', 'F3', 'F5'],
  summary: `a relayed node's gateway is killed, with the server ${phrase}: everybody reaches the node through the standby, and the log says so once`,
  async play(stage) {
    const parts = await relayedMesh(stage, { relayed: 1 })
    const { server } = parts.mesh
    const since = (await eventsOf(server)).at(-1)?.revision ?? 0
    if (!serverRuns) await server.stop()
    await gatewayDies(stage, parts, killGateway)
    if (!serverRuns) await server.start()
    await isToldOnce(stage, parts, since)
  },
})

/** F5: the server may have been away meanwhile; hosts tell it when it is back, and whatever it makes of that moves nobody. */
async function isToldOnce(
  { check }: Stage,
  { mesh, second, node }: Pick<RelayedMesh, 'mesh' | 'second' | 'node'>,
  since: number,
): Promise<void> {
  const moves = async () => movesOf((await eventsOf(mesh.server)).filter(({ revision }) => revision > since))
  await waitUntil('the log has it', async () => (await moves()).length > 0, { limitMs: 20_000 }).catch(() => false)
  await pause(4_000)
  const told = await moves()
  const isTold = told.length === 1 && told[0]?.nodeId === (await nodeOf(mesh, node)) && told[0].measured > 0
  check('the log says so once, with what was measured', isTold, JSON.stringify(told))
  check('and the node is still at the standby', await goesThrough(mesh, node, second))
}

/** The same with links that break, and a server that knows it. */
const haGatewayCut: Scenario = {
  name: 'ha-gateway-cut',
  rows: ['F3'],
  summary: "a relayed node's gateway is cut off, with the server up: everybody reaches the node through the standby",
  async play(stage) {
    const mesh = await relayedMesh(stage, { relayed: 1 })
    await gatewayDies(stage, mesh, ({ host }) => stage.lab.inet.isolate(host))
  },
}

async function gatewayDies(
  stage: Stage,
  parts: RelayedMesh,
  kill: (gateway: MeshMember) => Promise<void>,
): Promise<void> {
  const { mesh, first, third, node } = parts
  const [to, from] = [await mesh.address(node), await mesh.address(third)]
  const streams = [
    { name: 'to-node', stream: new PingStream(third.host, to, pingEveryMs) },
    { name: 'from-node', stream: new PingStream(node.host, from, pingEveryMs) },
  ]
  const tcp = await TcpStream.open(third.host, node.host, to)
  await pause(2000)
  stage.tell(`${first.name} dies`)
  await kill(first)
  await waitUntil('it is reached again', async () => (await ping(third.host, to, 1)) !== undefined, { limitMs: 30_000 })
  const before = tcp.pieces
  await waitUntil('the stream flows again', () => tcp.pieces > before + 5 || undefined, { limitMs: 30_000 })
  await pause(2000)
  for (const { name, stream } of streams) {
    const seconds = ((await stream.stop()).longestGap * pingEveryMs) / 1000
    stage.metric(`outage-${name}-s`, seconds)
    stage.check(`${name}: away for less than ${awayLimitSeconds} s`, seconds < awayLimitSeconds, `${seconds} s`)
  }
  checkSilence(stage, tcp)
  await tcp.stop()
}

const pingEveryMs = 100

/** Every one of them. */
export const failoverScenarios: readonly Scenario[] = [
  ...serverChoices.map(haGatewayFailover),
  haGatewayCut,
  gatewayRecovers,
  gatewayAgentRestart,
  relayedNodeMoves,
  relayedNodeRestored,
  plannedRelayMove,
  ...serverChoices.map(oneSidedFailure),
  nodesOnTwoGateways,
  ...serverChoices.map(egressFailover),
  ...serverChoices.map(egressFailoverRouted),
  egressFallsBack,
]
