import { type StateAnswer, stateAnswer } from '../api/history-api.js'
import type { ApiClient } from './api-client.js'

/** All that a mesh was made of at one revision. */
export type WholeState = Omit<StateAnswer, 'next'>

/** Every page, of the revision that the first one shows: meanwhile the mesh may move on. */
export const wholeState = async (
  client: ApiClient,
  at: string | undefined,
  kind: string | undefined,
): Promise<WholeState> => {
  const ask = (query: Record<string, string | number | undefined>) =>
    client.call({ path: '/state', query: { kind, ...query }, answer: stateAnswer })
  const { next: second, ...first } = await ask({ at })
  const things = [...first.things]
  for (let after = second; after !== null; ) {
    const page = await ask({ at: first.asOf.revision, after })
    things.push(...page.things)
    after = page.next
  }
  return { ...first, things }
}
