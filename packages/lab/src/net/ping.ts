import { setTimeout as pause } from 'node:timers/promises'
import { patient } from '../patience.js'
import type { Host } from './host.js'
import type { HostProcess } from './host-process.js'
import { type PingCount, readPingOutput } from './ping-output.js'

export interface PingTarget {
  readonly host: Host
  /** Where the others reach it. */
  readonly address: string
}

/** Who reached whom. */
export interface PingMatrix {
  readonly pairs: number
  readonly reachable: number
  readonly results: readonly PairPing[]
}

export interface PairPing {
  readonly from: Host
  readonly to: Host
  readonly reached: boolean
  readonly roundTripMs: number | undefined
}

/** One ping; the round trip in milliseconds, or undefined without an answer. */
export async function ping(from: Host, address: string, waitSeconds = 2): Promise<number | undefined> {
  const { stdout } = await from.trySh(`ping -n -c 1 -W ${waitSeconds} ${address}`)
  return readPingOutput(stdout).roundTripsMs[0]
}

/**
 * Everybody pings everybody else; who gets no answer is tried again until `limitMs` is over.
 *
 * First each pings those after it in the list, then those before it: two handshakes that cross cost WireGuard 5 s.
 */
export async function pingMatrix(targets: readonly PingTarget[], limitMs = 15_000): Promise<PingMatrix> {
  const deadline = performance.now() + patient(limitMs)
  const later = await Promise.all(targets.map((from, at) => pingRow(from, targets.slice(at + 1), deadline)))
  const earlier = await Promise.all(targets.map((from, at) => pingRow(from, targets.slice(0, at), deadline)))
  const results = targets.flatMap((_, at) => [...(earlier[at] ?? []), ...(later[at] ?? [])])
  return { pairs: results.length, reachable: results.filter(({ reached }) => reached).length, results }
}

async function pingRow(
  from: PingTarget,
  targets: readonly PingTarget[],
  deadline: number,
): Promise<readonly PairPing[]> {
  const row: PairPing[] = []
  for (const to of targets) {
    let roundTripMs = await ping(from.host, to.address)
    while (roundTripMs === undefined && performance.now() < deadline) {
      await pause(50)
      roundTripMs = await ping(from.host, to.address)
    }
    row.push({ from: from.host, to: to.host, reached: roundTripMs !== undefined, roundTripMs })
  }
  return row
}

/** Pings that go on until they are stopped. */
export class PingStream {
  readonly #process: HostProcess
  #output = ''

  constructor(from: Host, address: string, intervalMs = 50) {
    this.#process = from.spawn('ping', ['-n', '-i', String(intervalMs / 1_000), address])
    this.#process.child.stdin?.end()
    this.#process.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
    })
  }

  /** What has come of it so far; the total sent is known after `stop` only. */
  get soFar(): PingCount {
    return readPingOutput(this.#output)
  }

  /** Ends it and counts. The one that was under way at the end is not held against it. */
  async stop(): Promise<PingCount> {
    await this.#process.kill('SIGINT')
    await this.#process.ended
    await pause(50)
    return readPingOutput(this.#output)
  }
}
