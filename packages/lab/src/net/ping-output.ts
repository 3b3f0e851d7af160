/** What `ping -n` of iputils printed, as figures. */
export interface PingCount {
  readonly sent: number
  readonly received: number
  /** Without the very last one if only that has no answer: it was still under way. */
  readonly lost: number
  /** The longest run of sequence numbers without an answer. */
  readonly longestGap: number
  readonly roundTripsMs: readonly number[]
}

const reply = /icmp_seq=(\d+) .*time=([\d.]+) ms(?! \(DUP!\))/g
const summary = /(\d+) packets transmitted, (\d+) received/

/** Reads the output of a ping, ended or still running. */
export function readPingOutput(output: string): PingCount {
  const replies = [...output.matchAll(reply)].map(([, sequence, time]) => [Number(sequence), Number(time)] as const)
  const sequences = [...new Set(replies.map(([sequence]) => sequence))].sort((a, b) => a - b)
  const last = sequences.at(-1) ?? 0
  const sent = Number(summary.exec(output)?.[1] ?? last)
  const gaps = sequences.map((sequence, index) => sequence - (sequences[index - 1] ?? 0) - 1)
  const tail = sent - last
  const missing = tail === 1 ? 0 : tail
  return {
    sent,
    received: sequences.length,
    lost: gaps.reduce((sum, gap) => sum + gap, 0) + missing,
    longestGap: Math.max(0, missing, ...gaps),
    roundTripsMs: replies.map(([, time]) => time),
  }
}
