/** Assertions that need no library: the kit runs under any test runner. */
import type { ConnectionEnd } from '../../ports/agent-transport.js'
import type { RecordedConnection } from './recorded-connection.js'

/** Throws unless `condition` holds. */
export function assertThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Throws unless both are the same JSON. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (got !== wanted) throw new Error(`${what}: expected ${excerpt(wanted)}, got ${excerpt(got)}`)
}

/** Throws unless the connection has ended for this reason. */
export function assertEnded(recorded: RecordedConnection, code: ConnectionEnd['code'], who: string): void {
  assertSame(recorded.end?.code, code, `why the connection ended for ${who}`)
}

/** The element that has to be there. */
export function present<A>(value: A | undefined, what: string): A {
  if (value === undefined) throw new Error(`${what} is missing`)
  return value
}

function excerpt(text: string | undefined): string {
  if (text === undefined) return 'nothing'
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}
