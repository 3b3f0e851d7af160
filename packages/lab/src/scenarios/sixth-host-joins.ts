import type { MeshMember } from '../mesh/mesh.js'
import type { TunnelState } from '../mesh/tunnel-state.js'
import { waitUntil } from '../wait-until.js'
import { type ConfigMessage, configMessagesSince, describeMessage, markLogs } from './agent-logs.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** A join costs each of the others one patch: one host, one node, one membership, one name. */
export const sixthHostJoins: Scenario = {
  name: 'sixth-host-joins',
  summary: 'a sixth host joins: each of the five gets one patch with just what is new',
  rows: ['A7', 'A6'],
  async play(stage) {
    const mesh = await startMesh(stage, 5)
    await mesh.pingMatrix()
    const five = [...mesh.members]
    const marks = await markLogs(five)
    const before = await Promise.all(five.map((member) => mesh.tunnel(member)))
    const startedAt = performance.now()
    const [sixth] = await mesh.join(['h6'])
    await mesh.waitForTunnels()
    stage.metric('join-ms', Math.round(performance.now() - startedAt))
    const { reachable } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === 30, `${reachable} of 30`)
    const everyone = async () => {
      const messages = await configMessagesSince(marks)
      return five.every((member) => messages.some((message) => message.member === member)) ? messages : undefined
    }
    const messages = await waitUntil('each has logged its patch', everyone, { limitMs: 7_000 }).catch(() => [])
    const newcomer = sixth === undefined ? undefined : (await mesh.tunnel(sixth)).publicKey
    for (const [index, member] of five.entries()) {
      checkPatch(
        stage,
        member,
        messages.filter((message) => message.member === member),
      )
      checkTunnel(stage, member, before[index], await mesh.tunnel(member), newcomer)
    }
  },
}

/** What the join puts into the one patch. */
const expected = 'patch(host 1, members 1, names 1, node 1)'

function checkPatch({ check }: Stage, { name }: MeshMember, messages: readonly ConfigMessage[]): void {
  const shown = messages.map(describeMessage).join(' ')
  check(`${name} got one patch: one host, one node, one membership, one name`, shown === expected, shown || 'none')
}

function checkTunnel(
  { check }: Stage,
  { name }: MeshMember,
  before: TunnelState | undefined,
  after: TunnelState,
  newcomer: string | undefined,
): void {
  const facts = ({ peers }: TunnelState) =>
    peers
      .filter(({ publicKey }) => publicKey !== newcomer)
      .map(({ publicKey, endpoint, allowedIps }) => `${publicKey} ${endpoint} ${[...allowedIps].sort().join()}`)
      .sort()
      .join('\n')
  const same = before !== undefined && before.interfaceIndex === after.interfaceIndex && facts(before) === facts(after)
  check(`${name}'s tunnel has one peer more and is otherwise the same`, same && after.peers.length === 5)
}
