/** Whether TCP and UDP get through, from one host to another, and what becomes of flows that are under way. */

import { patient } from '../patience.js'
import { programFile } from '../program-file.js'
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'

/** One try. `from`: the address to come from; `null`: whichever the host would take. */
export interface Knock {
  readonly from: string | null
  readonly to: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
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

/** Answers until `stop`, over TCP and UDP, at every address of the host. */
export async function answerOn(host: Host, { ports, streams = [] }: AnsweredPorts): Promise<{ stop(): Promise<void> }> {
  const args = [programFile('knock-process'), 'answer', ports.join(), streams.join()]
  const answering = host.spawn(process.execPath, args)
  let said = ''
  answering.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(`${host.name} answers`, () => {
    if (!answering.running) throw new Error(`${host.name} can't answer on ${[...ports, ...streams].join()}`)
    return said.includes('ready') || undefined
  })
  return { stop: async () => void (await answering.stop()) }
}

/** Tries all at once; in their order, who was answered within the limit. Wants handshakes done: a first one may take seconds. */
export async function knock(host: Host, knocks: readonly Knock[], limitMs = 900): Promise<readonly boolean[]> {
  const args = [programFile('knock-process'), 'knock', JSON.stringify(knocks), String(patient(limitMs))]
  const ended = await host.run(process.execPath, args)
  if (ended.code !== 0) throw new Error(`${host.name} could not knock: ${ended.stderr}`)
  return JSON.parse(ended.stdout) as readonly boolean[]
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
