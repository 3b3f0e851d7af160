import { type LogLine, tailOfLog } from '../mesh/log-lines.js'
import type { MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import type { Stage } from './scenario.js'

/** A snapshot or patch that an agent was sent, as it wrote it down. */
export interface ConfigMessage {
  readonly member: MeshMember
  readonly kind: 'snapshot' | 'patch'
  /** How many fragments of each kind it spoke of: `{ host: 1 }`. */
  readonly kinds: Readonly<Record<string, number>>
  /** When it had been put into effect. */
  readonly atEpochMs: number
}

/** A place in each member's log. */
export type LogMarks = ReadonlyMap<MeshMember, number>

/** Where the logs stand now. */
export async function markLogs(members: readonly MeshMember[]): Promise<LogMarks> {
  return new Map(await Promise.all(members.map(async (at) => [at, (await at.agent.logLines()).length] as const)))
}

/** Waits until each of them has written down that it applied its first config. @throws Error naming who has not, with what it wrote last */
export async function haveFirstConfigs(members: readonly MeshMember[], limitMs: number): Promise<void> {
  await waitUntil(
    'each agent has said that it applied its first config',
    async () => (await withoutFirstConfig(members)).length === 0,
    { limitMs, missing: async () => (await Promise.all((await withoutFirstConfig(members)).map(lastWords))).join(' ') },
  )
}

/** The second where a step failed at first: with more than 128 WireGuards on a machine some end as soon as they have started. */
const firstConfigIsThere: ReadonlySet<string> = new Set(['snapshot applied', 'the host is as its config says again'])

async function withoutFirstConfig(members: readonly MeshMember[]): Promise<readonly MeshMember[]> {
  const logs = await Promise.all(members.map(({ agent }) => agent.logLines()))
  return members.filter((_, at) => logs[at]?.some(({ msg }) => firstConfigIsThere.has(String(msg))) !== true)
}

async function lastWords({ name, agent }: MeshMember): Promise<string> {
  const last = await tailOfLog(agent.logFile, 1)
  return `${name} has not; its log ends: ${last === '' ? 'with nothing' : last}`
}

/** Snapshots and patches that agents have logged since; patches that change nothing are left out. */
export async function configMessagesSince(marks: LogMarks): Promise<readonly ConfigMessage[]> {
  const messages = await Promise.all(
    [...marks].map(async ([member, mark]) => (await member.agent.logLines()).slice(mark).flatMap(readMessages(member))),
  )
  return messages.flat()
}

/** The agent writes a line for each message once it is applied: `patch applied`, with the kinds of its fragments. */
const readMessages =
  (member: MeshMember) =>
  ({ msg, kinds, time }: LogLine): readonly ConfigMessage[] => {
    const kind = /^(snapshot|patch) applied$/.exec(String(msg))?.[1] as ConfigMessage['kind'] | undefined
    if (kind === undefined) return []
    const counts = (kinds ?? {}) as ConfigMessage['kinds']
    return kind === 'patch' && Object.keys(counts).length === 0
      ? []
      : [{ member, kind, kinds: counts, atEpochMs: Date.parse(String(time)) }]
  }

/** None of the members was sent a snapshot since. */
export async function checkNoSnapshot({ check }: Stage, marks: LogMarks): Promise<void> {
  const messages = await configMessagesSince(marks)
  const shown = messages.map((message) => `${message.member.name} ${describeMessage(message)}`)
  check(
    'nobody was sent a snapshot',
    messages.every(({ kind }) => kind === 'patch'),
    shown.join(' '),
  )
}

/** As one reads it in a report: `patch(host 1, node 1)`. */
export function describeMessage({ kind, kinds }: ConfigMessage): string {
  const counts = Object.entries(kinds).map(([name, count]) => `${name} ${count}`)
  return `${kind}(${counts.sort().join(', ')})`
}
