import type { ChildProcess } from 'node:child_process'
import { patient } from '../patience.js'

/** What a shell command ended with. */
export interface ShellResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Waiting {
  readonly command: string
  readonly resolve: (result: ShellResult) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Written to both outputs after each command, with the exit code on stdout. */
const endMark = '\u0000meshfold-end'
const endOfOutput = new RegExp(`${endMark} (\\d+)\\n`)
const endOfErrors = `${endMark}\n`

/**
 * Commands fed one after the other to a shell that stays, at 0.5 ms each instead of 5 ms for a process of their own.
 *
 * Each command runs in a subshell: a `cd`, an `exit` or a syntax error ends with it.
 */
export class ShellChannel {
  readonly #name: string
  readonly #shell: ChildProcess
  readonly #waiting: Waiting[] = []
  #stdout = ''
  #stderr = ''
  #ended: Error | undefined

  constructor(name: string, shell: ChildProcess) {
    this.#name = name
    this.#shell = shell
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read({ stdout: text }))
    shell.stderr?.setEncoding('utf8').on('data', (text: string) => this.#read({ stderr: text }))
    // Writing to a shell that has just died must not end the whole process.
    shell.stdin?.on('error', () => {})
    shell.once('error', (error) => this.#end(error))
    shell.once('exit', () => this.#end(new Error(`${name}: the host is closed. ${this.#stderr.trim()}`)))
  }

  /**
   * Runs a command to its end. A command that takes longer than `limitMs` fails the promise; it keeps the shell busy,
   * so the host is of no use any more.
   */
  run(command: string, limitMs: number): Promise<ShellResult> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const late = () => this.#end(new Error(`${this.#name}: still running after ${patient(limitMs)} ms: ${command}`))
      this.#waiting.push({ command, resolve, reject, timer: setTimeout(late, patient(limitMs)) })
      this.#shell.stdin?.write(
        `(eval ${quote(command)}) </dev/null\nprintf '\\0meshfold-end %d\\n' $?; printf '\\0meshfold-end\\n' >&2\n`,
      )
    })
  }

  #read(text: { readonly stdout?: string; readonly stderr?: string }): void {
    this.#stdout += text.stdout ?? ''
    this.#stderr += text.stderr ?? ''
    for (;;) {
      const output = endOfOutput.exec(this.#stdout)
      const errorEnd = this.#stderr.indexOf(endOfErrors)
      if (output === null || errorEnd < 0) return
      const result = {
        code: Number(output[1]),
        stdout: this.#stdout.slice(0, output.index),
        stderr: this.#stderr.slice(0, errorEnd),
      }
      this.#stdout = this.#stdout.slice(output.index + output[0].length)
      this.#stderr = this.#stderr.slice(errorEnd + endOfErrors.length)
      const done = this.#waiting.shift()
      clearTimeout(done?.timer)
      done?.resolve(result)
    }
  }

  #end(reason: Error): void {
    this.#ended ??= reason
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer)
      reject(reason)
    }
  }
}

/** A text as one word of a shell command. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
