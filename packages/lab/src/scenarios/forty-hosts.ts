/** Forty hosts with real agents: how soon a change is on twenty of them, what it starts there, and what an agent takes at rest. */

import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { configMessagesSince, markLogs } from './agent-logs.js'
import { addNetwork, command, nodeOf, putInto } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { startMesh } from './start-mesh.js'
import { otherNetwork } from './two-networks.js'

const hostCount = 40
const concerned = 20
const changes = 20
/**
 * So many changes have figures of their own: server and agents were just started, and V8 still compiles what they run. From the fifteenth
 * on they take alike.
 */
const firstChanges = 20

export const fortyHosts: Scenario = {
  name: 'forty-hosts',
  summary:
    'forty hosts: a change by the API reaches twenty of them, nothing is started for a patch, and at rest agents rest',
  rows: ['A7', 'E1'],
  slowSeconds: 280,
  limitSeconds: 900,
  async play(stage) {
    const mesh = await startMesh(stage, hostCount)
    const { reachable, pairs } = await mesh.pingMatrix('ipv4', 120_000)
    stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
    const [router, others] = [mesh.member(0), mesh.members.slice(1, 1 + concerned)]
    const networkId = await openFor(mesh, otherNetwork, [router, ...others])
    const small = [router, mesh.member(hostCount - 2)]
    const smallId = await openFor(mesh, { name: 'small', range4: '10.67.1.0/24', range6: 'fd67:1::/64' }, small)
    const startedEachSecond = await atRest(stage, mesh)
    await changesOfTwenty(stage, mesh, networkId, router, others)
    const alone = await egressComesAndGoes(mesh, smallId, small[0] ?? router, small.slice(1), changes)
    stage.metric('change-on-one-host-median-ms', quantile(alone, 0.5))
    stage.metric('change-on-one-host-p99-ms', quantile(alone, 0.99))
    await patchesStartNothing(stage, mesh, startedEachSecond)
  },
}

async function openFor(mesh: Mesh, network: typeof otherNetwork, members: readonly MeshMember[]): Promise<string> {
  const networkId = await addNetwork(mesh, network)
  for (const member of members) await putInto(mesh, networkId, member)
  const addresses = members.map((member) => hasAddressIn(mesh, network, member))
  await Promise.all(addresses)
  return networkId
}

/** It has an address of the network. */
const hasAddressIn = (mesh: Mesh, { range4 }: typeof otherNetwork, member: MeshMember): Promise<true> =>
  waitUntil(`${member.name} is in ${range4}`, async () => {
    const begins = range4.split('.').slice(0, 3).join('.')
    return (await mesh.tunnel(member)).ipv4.some((address) => address.startsWith(`${begins}.`)) || undefined
  })

/** All but one of the smaller network's hosts. */
async function changesOfTwenty(
  stage: Stage,
  mesh: Mesh,
  networkId: string,
  router: MeshMember,
  members: readonly MeshMember[],
): Promise<void> {
  stage.tell(`${firstChanges} changes that concern ${members.length} hosts, and ${changes} that are judged`)
  const bystander = mesh.member(hostCount - 1)
  const untouched = await markLogs([bystander])
  const first = await egressComesAndGoes(mesh, networkId, router, members, firstChanges)
  stage.metric('first-changes-on-20-hosts-median-ms', quantile(first, 0.5))
  stage.metric('first-changes-on-20-hosts-p99-ms', quantile(first, 0.99))
  const took = await egressComesAndGoes(mesh, networkId, router, members, changes)
  stage.metric('change-on-20-hosts-median-ms', quantile(took, 0.5))
  stage.metric('change-on-20-hosts-p99-ms', quantile(took, 0.99))
  const all = [...first, ...took]
  stage.check(
    `every change is on ${concerned} hosts within 5 s`,
    all.length === (firstChanges + changes) * concerned && Math.max(...all) < 5000,
    `${all.length} times, ${Math.max(...all)} ms at most`,
  )
  const told = await configMessagesSince(untouched)
  stage.check('a host that it does not concern is told nothing', told.length === 0, `${told.length} messages`)
}

/** A route, a peer's ranges and two sets of the filter on each of a network's hosts. How many milliseconds each time until it was there. */
async function egressComesAndGoes(
  mesh: Mesh,
  networkId: string,
  router: MeshMember,
  members: readonly MeshMember[],
  times: number,
): Promise<readonly number[]> {
  const nodeId = await nodeOf(mesh, router, networkId)
  const took: number[] = []
  let egressId: string | undefined
  for (let change = 0; change < times; change += 1) {
    const terms = {
      name: 'office',
      networkId,
      ranges: ['192.168.77.0/24'],
      routers: [{ nodeId, metric: 10 }],
      nat: true,
    }
    const deed = egressId === undefined ? { type: 'AddEgress', ...terms } : { type: 'RemoveEgress', egressId }
    const { times: after, answer } = await timesOf(members, () => command(mesh, deed))
    took.push(...after)
    egressId = egressId === undefined ? answer.events.find((event) => event.egressId)?.egressId : undefined
  }
  return took
}

/** A peer's port changes on 39 hosts. Besides what is started every few seconds to look for drift, nothing is. */
async function patchesStartNothing(stage: Stage, mesh: Mesh, startedEachSecond: number): Promise<void> {
  stage.tell(`a host's port changes ${changes} times`)
  const moving = mesh.member(hostCount - 1)
  const members = mesh.members.filter((member) => member !== moving)
  const { hostId } = await hostNamed(mesh.server, moving.name)
  const started = await countStarted(members)
  const startedAt = performance.now()
  const took: number[] = []
  for (let change = 0; change < changes; change += 1) {
    const listenPort = 51_900 + (change % 2)
    took.push(...(await timesOf(members, () => command(mesh, { type: 'UpdateHost', hostId, listenPort }))).times)
  }
  const usual = (startedEachSecond * (performance.now() - startedAt)) / 1000
  const eachPatch = (quantile(await started(), 0.5) - usual) / changes
  stage.metric('peer-patch-on-39-hosts-p99-ms', quantile(took, 0.99))
  stage.metric('started-by-a-patch', Math.round(eachPatch * 100) / 100)
  // A look for drift more or less in the time that it took is less than one for each patch.
  stage.check('no process is started for a patch of a peer', eachPatch < 1, `${eachPatch.toFixed(2)} more than at rest`)
}

/** How many milliseconds after it was asked for each member had applied a change. */
async function timesOf<A>(
  members: readonly MeshMember[],
  deed: () => Promise<A>,
): Promise<{ readonly times: readonly number[]; readonly answer: A }> {
  const marks = await markLogs(members)
  const askedAt = Date.now()
  const answer = await deed()
  // Reading logs meanwhile would take the time that is measured, and so would what hosts read back for the change before.
  await pause(2500)
  const times = members.map((member) =>
    waitUntil(
      `${member.name} has applied the change`,
      async () => (await configMessagesSince(new Map([[member, marks.get(member) ?? 0]])))[0]?.atEpochMs,
      { everyMs: 200 },
    ),
  )
  return { times: (await Promise.all(times)).map((time) => time - askedAt), answer }
}

/** Nobody is told anything for half a minute. Answers how many processes and threads a host starts in a second of it. */
async function atRest(stage: Stage, mesh: Mesh): Promise<number> {
  const seconds = 30
  stage.tell(`nothing happens for ${seconds} s`)
  await pause(10_000)
  const started = await countStarted(mesh.members)
  const before = await Promise.all(mesh.members.map(usageOf))
  await pause(seconds * 1000)
  const after = await Promise.all(mesh.members.map(usageOf))
  const percents = after.map(({ ticks }, index) => (ticks - (before[index]?.ticks ?? 0)) / seconds)
  const sizes = after.map(({ kilobytes }) => Math.round(kilobytes / 1024))
  stage.metric('at-rest-cpu-median-percent', Math.round(quantile(percents, 0.5) * 100) / 100)
  stage.metric('at-rest-cpu-most-percent', Math.round(Math.max(...percents) * 100) / 100)
  stage.metric('at-rest-memory-median-mb', quantile(sizes, 0.5))
  stage.metric('at-rest-memory-most-mb', Math.max(...sizes))
  const startedEachSecond = quantile(await started(), 0.5) / seconds
  stage.metric('started-at-rest-each-minute', Math.round(startedEachSecond * 60))
  stage.check(
    'agents rest',
    quantile(percents, 0.5) < 5 && Math.max(...sizes) < 200,
    `${Math.max(...sizes)} MB at most`,
  )
  return startedEachSecond
}

interface Usage {
  /** Hundredths of a second of processor time. */
  readonly ticks: number
  readonly kilobytes: number
}

/** Of the agent's process alone. */
async function usageOf({ agent }: MeshMember): Promise<Usage> {
  const folder = `/proc/${await agent.pid()}`
  const [stat, status] = await Promise.all([readFile(`${folder}/stat`, 'utf8'), readFile(`${folder}/status`, 'utf8')])
  // What stands behind the name in brackets begins with the third field; user and system time are the 14th and the 15th.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return { ticks: (fields[11] ?? 0) + (fields[12] ?? 0), kilobytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) }
}

/**
 * How many processes and threads each host starts from now on. Each numbers its own, one after the other: the last number tells how
 * many there were.
 */
async function countStarted(members: readonly MeshMember[]): Promise<() => Promise<readonly number[]>> {
  const last = ({ host }: MeshMember) => host.sh('read -r one five fifteen tasks last < /proc/loadavg; echo "$last"')
  const lasts = async () => (await Promise.all(members.map(last))).map(Number)
  const before = await lasts()
  // One is the shell's that reads the number.
  return async () => (await lasts()).map((now, index) => now - (before[index] ?? 0) - 1)
}

/** The value below which this part of them is. */
const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0
