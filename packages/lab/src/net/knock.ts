/** Whether TCP, UDP and echoes get through, from one host to another, and what becomes of flows that are under way. */

import { patient } from '../patience.js'
import { programFile } from '../program-file.js'
import { waitUntil } from '../wait-until.js'
import { echoes } from './echo-requests.js'
import type { Host } from './host.js'

/** One try. `from`: the address to come from; `null`: whichever the host would take. */
export interface Knock {
  readonly from: string | null
  readonly to: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

/** A try that may also be an echo request, which has no port. It fails after `limitMs`. */
export interface Question extends Omit<Knock, 'protocol'> {
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  readonly limitMs: number
}

/** How many pieces of each stream came so far. */
export interface Followed {
  readonly tcp: number
  readonly udp: number
  readonly stop: () => Promise<void>
}

/** Ports on which a host answers. On `streams` it sends a byte every 50 ms to whoever came, for 20 s at most over UDP. */
export interface AnsweredPorts {
  readonly ports: readonly number[]
  readonly streams?: readonly number[]
}

/**
 * Answers until `stop`, over TCP and UDP, at every address of the host: with the host's name and the address that it sees. Over UDP
 * at addresses that come later the answer's source is the kernel's choice.
 */
export async function answerOn(host: Host, { ports, streams = [] }: AnsweredPorts): Promise<{ stop(): Promise<void> }> {
  const args = [programFile('knock-process'), 'answer', ports.join(), streams.join(), host.name]
  const answering = host.spawn(process.execPath, args)
  let [said, complaints] = ['', '']
  answering.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  answering.child.stderr?.on('data', (text: Buffer) => {
    complaints += text.toString()
  })
  await waitUntil(`${host.name} answers`, () => {
    if (!answering.running)
      throw new Error(`${host.name} can't answer on ${[...ports, ...streams].join()}: ${complaints}`)
    return said.includes('ready') || undefined
  })
  return { stop: async () => void (await answering.stop()) }
}

/** Tries all at once; in their order, who was answered within the limit. Wants handshakes done: a first one may take seconds. */
export async function knock(host: Host, knocks: readonly Knock[], limitMs = 900): Promise<readonly boolean[]> {
  const answers = await ask(
    host,
    knocks.map((each) => ({ ...each, limitMs: patient(limitMs) })),
  )
  return answers.map((answer) => answer !== null)
}

/** Tries all at once; in their order, what was answered: `<name> <the address it saw>`, `echo` to an echo request, `null`: nothing. */
export async function ask(host: Host, questions: readonly Question[]): Promise<readonly (string | null)[]> {
  const pings = questions.filter(({ protocol }) => protocol === 'icmp')
  const others = questions.filter(({ protocol }) => protocol !== 'icmp')
  const [echoed, said] = await Promise.all([echoes(host, pings), callOut(host, others)])
  const answers = new Map<Question, string | null>(others.map((each, at) => [each, said[at] ?? null]))
  for (const [at, each] of pings.entries()) answers.set(each, echoed[at] === true ? 'echo' : null)
  return questions.map((each) => answers.get(each) ?? null)
}

async function callOut(host: Host, questions: readonly Question[]): Promise<readonly (string | null)[]> {
  const input = JSON.stringify(questions)
  const ended = await host.run(process.execPath, [programFile('knock-process'), 'knock'], { input, isAlone: true })
  if (ended.code !== 0) throw new Error(`${host.name} could not knock: ${ended.stderr}`)
  return JSON.parse(ended.stdout) as readonly (string | null)[]
}

/** What a port of `streams` sends, over TCP and UDP; begins when both flow, and ends after 20 s at the latest. */
export async function follow(host: Host, to: string, port: number): Promise<Followed> {
  const following = host.spawn(process.execPath, [programFile('knock-process'), 'follow', to, String(port)])
  const followed = { tcp: 0, udp: 0, stop: async () => void (await following.stop()) }
  following.child.stdout?.on('data', (text: Buffer) => {
    for (const line of text.toString().split('\n')) if (line === 'tcp' || line === 'udp') followed[line] += 1
  })
  await waitUntil('both streams flow', () => (followed.tcp > 3 && followed.udp > 3) || undefined)
  return followed
}
