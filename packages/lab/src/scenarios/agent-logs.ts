import type { LogLine } from '../mesh/log-lines.js'
import type { MeshMember } from '../mesh/mesh.js'

/** What an agent was sent and wrote down: one line a message, `by` saying which kind, `changes` what was in it. */
export interface ConfigMessage {
  readonly member: MeshMember
  readonly kind: 'snapshot' | 'patch'
  readonly changes: readonly LoggedChange[]
}

/** One changed fragment, `host:<id>` for example. */
export interface LoggedChange {
  readonly fragment: string
  readonly op: string
  /** Members or names that came and went; 0 for anything else. */
  readonly added: number
  readonly removed: number
}

/** A place in each member's log. */
export type LogMarks = ReadonlyMap<MeshMember, number>

/** Where the logs stand now. */
export async function markLogs(members: readonly MeshMember[]): Promise<LogMarks> {
  return new Map(await Promise.all(members.map(async (at) => [at, (await at.agent.logLines()).length] as const)))
}

/** Snapshots and patches that agents have logged since; patches that change nothing are left out. */
export async function configMessagesSince(marks: LogMarks): Promise<readonly ConfigMessage[]> {
  const messages = await Promise.all(
    [...marks].map(async ([member, mark]) => (await member.agent.logLines()).slice(mark).flatMap(readMessage(member))),
  )
  return messages.flat()
}

const readMessage =
  (member: MeshMember) =>
  ({ by, changes }: LogLine): readonly ConfigMessage[] => {
    if (by === 'snapshot') return [{ member, kind: by, changes: [] }]
    if (by !== 'patch' || !Array.isArray(changes) || changes.length === 0) return []
    return [{ member, kind: by, changes: changes as readonly LoggedChange[] }]
  }
