import type { MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { type ConfigMessage, configMessagesSince, type LoggedChange, markLogs } from './agent-logs.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** A join costs each of the others one patch: one host, one node, one membership, one name. */
export const sixthHostJoins: Scenario = {
  name: 'sixth-host-joins',
  summary: 'a sixth host joins: each of the five gets one patch with just what is new',
  async play(stage) {
    const mesh = await startMesh(stage, 5)
    await mesh.pingMatrix()
    const five = [...mesh.members]
    const marks = await markLogs(five)
    const before = await Promise.all(five.map((member) => mesh.tunnel(member)))
    const startedAt = performance.now()
    await mesh.join(['h6'])
    await mesh.waitForTunnels()
    stage.metric('join-ms', Math.round(performance.now() - startedAt))
    const { reachable } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody', reachable === 30, `${reachable} of 30`)
    const everyone = async () => {
      const messages = await configMessagesSince(marks)
      return five.every((member) => messages.some((message) => message.member === member)) ? messages : undefined
    }
    const messages = await waitUntil('each has logged its patch', everyone, { limitMs: 7_000 }).catch(() => [])
    for (const member of five)
      checkPatch(
        stage,
        member,
        messages.filter((message) => message.member === member),
      )
    const after = await Promise.all(five.map((member) => mesh.tunnel(member)))
    const same = after.every(({ interfaceIndex }, index) => interfaceIndex === before[index]?.interfaceIndex)
    stage.check('no interface flapped', same)
  },
}

/** What the join itself must put into the one patch, by kind of fragment. */
const expected: Readonly<Record<string, (change: LoggedChange) => boolean>> = {
  host: ({ op }) => op === 'put',
  node: ({ op }) => op === 'put',
  members: ({ op, added, removed }) => op === 'members' && added === 1 && removed === 0,
  names: ({ op, added, removed }) => op === 'names' && added === 1 && removed === 0,
}

function checkPatch({ check }: Stage, { name }: MeshMember, messages: readonly ConfigMessage[]): void {
  const shown = messages.map(({ kind, changes }) => `${kind}(${changes.map(describe).join(' ')})`).join(' ')
  const [patch] = messages
  const kinds = patch?.changes.map(({ fragment }) => fragment.split(':')[0] ?? '').sort() ?? []
  const right =
    messages.length === 1 &&
    patch?.kind === 'patch' &&
    kinds.join() === Object.keys(expected).sort().join() &&
    patch.changes.every((change) => expected[change.fragment.split(':')[0] ?? '']?.(change))
  check(`${name} got one patch: one host, one node, one membership, one name`, right, shown === '' ? 'none' : shown)
}

function describe({ fragment, op, added, removed }: LoggedChange): string {
  const kind = fragment.split(':')[0]
  return op === 'members' || op === 'names' ? `${kind}+${added}-${removed}` : `${kind}:${op}`
}
