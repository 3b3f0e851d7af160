/** What a tour is told with: commands as an operator types them, with what they really print. */
import type { Mesh } from '../mesh/mesh.js'
import { productEnvironment, productProgram } from '../mesh/product-program.js'
import type { Host } from '../net/host.js'
import type { TourStep } from './tour-step.js'

export class TourGuide {
  readonly #mesh: Mesh
  readonly #print: (text: string) => void
  readonly #steps: { title: string; passed: boolean }[] = []

  constructor(mesh: Mesh, print: (text: string) => void) {
    this.#mesh = mesh
    this.#print = print
  }

  get steps(): readonly TourStep[] {
    return this.#steps
  }

  step(title: string): void {
    this.#steps.push({ title, passed: true })
    this.#print(`\n${this.#steps.length}. ${title}\n`)
  }

  say(text: string): void {
    this.#print(`   ${text}`)
  }

  /** Something that the step is to show. */
  found(text: string, isSo: boolean): void {
    const step = this.#steps.at(-1)
    if (step !== undefined && !isSo) step.passed = false
    this.#print(`   ${isSo ? '→' : '✗'} ${text}${isSo ? '' : ': no'}`)
  }

  /** The command line of the server, on the server's machine. @throws Error when it fails */
  async meshfold(...args: readonly string[]): Promise<string> {
    const { server } = this.#mesh
    const env = productEnvironment({ MESHFOLD_URL: `unix:${server.socketFile}`, MESHFOLD_TOKEN: server.api.token })
    const program = [productProgram('reference-server'), ...args]
    const { code, stdout, stderr } = await server.host.run(process.execPath, program, { env })
    this.#show('server', ['meshfold', ...args], `${stdout}${stderr}`)
    if (code !== 0) throw new Error(`meshfold ${args[0]} ended with code ${code}: ${stderr}`)
    return stdout
  }

  /** A program on a host, whether it succeeds or not. */
  async on(host: Host, command: string): Promise<string> {
    const { stdout, stderr } = await host.trySh(command)
    this.#show(host.name, [command], `${stdout}${stderr}`)
    return stdout
  }

  #show(where: string, words: readonly string[], output: string): void {
    this.#print(`   ${where}$ ${words.map(shown).join(' ')}`)
    for (const line of output.trimEnd().split('\n')) if (line !== '') this.#print(`     ${line}`)
  }
}

/** As it would have to be typed. A single word is a whole command already. */
const shown = (word: string, _: number, { length }: readonly string[]): string =>
  length === 1 || /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`
