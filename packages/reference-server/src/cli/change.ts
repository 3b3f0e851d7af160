/** Commands that change the mesh, and say with `--dry-run` what they would do. */
import { Option } from 'commander'
import { planAnswer } from '../api/plan-api.js'
import type { ApiCall } from './api-client.js'
import { type CliContext, print } from './cli-context.js'
import { linesText } from './cli-io.js'

/** On every command that changes the mesh. */
export const dryRunOption = (): Option => new Option('--dry-run', 'say what would change, and change nothing')

type ChangeCall<A> = ApiCall<A> & { readonly method: 'POST' | 'PATCH' | 'DELETE' }

/** Makes a change and prints what came of it; or prints what would. */
export const change = async <A>(
  context: CliContext,
  call: ChangeCall<A>,
  words: (answer: A) => string | Promise<string>,
): Promise<void> => {
  if (context.isDryRun) return printPlan(context, call)
  const answer = await context.client.call({ ...call, reason: context.reason })
  const text = context.isJson ? '' : await words(answer)
  print(context, answer, () => text)
}

const printPlan = async (context: CliContext, call: ChangeCall<unknown>): Promise<void> => {
  const plan = await context.client.call({ ...call, query: { ...call.query, dryRun: true }, answer: planAnswer })
  print(context, plan, ({ description }) => linesText(['Nothing was changed.', ...description]))
}
