import * as E from 'fp-ts/lib/Either.js'
import type { RevertedStatus } from '../agent/agent-status.js'
import { formatAsOf } from '../agent/describe-status.js'
import { askAgent } from '../control/control-client.js'
import { CliFailure } from './cli-failure.js'
import { openHost } from './open-host.js'
import type { Output } from './output.js'

/** Has the running agent try once more what it took back. */
export async function retry(options: { readonly state: string }, output: Output): Promise<void> {
  await openHost(options.state)
  const asked = await askAgent({ ask: 'retry' })
  if (E.isLeft(asked)) {
    const { left } = asked
    const why =
      left.code === 'agent-not-running'
        ? 'No agent runs here, and it takes one to try again: meshfold-agent run'
        : `The running agent could not: ${left.reason}.`
    throw new CliFailure(left.code, why)
  }
  const value = asked.right as { readonly retried: readonly RevertedStatus[] }
  const lines = value.retried.map(({ section, asOf }) => `${section} of ${formatAsOf(asOf)}: in effect again`)
  const window = 'If the server is silent at the end of the window, they are taken back once more.'
  output.result(value, lines.length === 0 ? 'Nothing was taken back.' : [...lines, window].join('\n'))
}
