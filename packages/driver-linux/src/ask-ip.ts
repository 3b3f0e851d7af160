import * as E from 'fp-ts/lib/Either.js'
import type { CommandResult } from './command.js'
import { runTool, type ToolCommand } from './host-tool.js'
import type { LinuxHost, Outcome } from './linux-host.js'

/**
 * Asks `ip` several things in one process; they have the same options before the first word. The right side is what it printed to each.
 * One by one where its answers can't be told apart: old versions print nothing where there is nothing.
 */
export async function askIp(
  host: Pick<LinuxHost, 'runner'>,
  questions: readonly ToolCommand[],
  action: string,
): Outcome<readonly string[]> {
  const options = optionsOf(questions[0])
  const stdin = questions.map(({ args }) => `${args.slice(options.length).join(' ')}\n`).join('')
  const ended = await host.runner({ file: 'ip', args: [...options, '-force', '-batch', '-'], stdin })
  const results = E.isRight(ended) ? resultsOf(ended.right, questions.length) : undefined
  const runnerAt = (at: number): LinuxHost['runner'] => {
    const result = results?.[at]
    return result === undefined ? host.runner : async () => E.right(result)
  }
  const answers = await Promise.all(questions.map((question, at) => runTool(runnerAt(at), question, action)))
  return E.sequenceArray(answers)
}

const optionsOf = (question: ToolCommand | undefined): readonly string[] => {
  const args = question?.args ?? []
  return args.slice(
    0,
    args.findIndex((arg) => !arg.startsWith('-')),
  )
}

/** What `ip` says after an error, with the number of the line that it was about. */
const FAILED = /^Command failed -:(\d+)$/

/** How each line of a batch ended, as if it had been a process; `undefined`: that can't be told. */
function resultsOf({ stdout, stderr }: CommandResult, count: number): readonly CommandResult[] | undefined {
  const errors = new Map<number, string>()
  let said: string[] = []
  for (const line of stderr.split('\n')) {
    const number = FAILED.exec(line)?.[1]
    if (number === undefined) said.push(line)
    else {
      errors.set(Number(number) - 1, said.join('\n'))
      said = []
    }
  }
  const answers = stdout.split('\n').filter((line) => line !== '')
  if (answers.length + errors.size !== count) return undefined
  return Array.from({ length: count }, (_, at): CommandResult => {
    const error = errors.get(at)
    return error === undefined
      ? { exitCode: 0, stdout: answers.shift() ?? '', stderr: '' }
      : { exitCode: 2, stdout: '', stderr: error }
  })
}
