/** What a mesh that is up looks like, as data and as text. */
import type { TourStep } from './tour-step.js'

export interface DemoHost {
  readonly name: string
  /** In the mesh: IPv4, IPv6. */
  readonly addresses: readonly string[]
  /** Where its packets come from on the lab's internet; undefined for a simulated host. */
  readonly endpoint: string | undefined
  /** Other hosts with which WireGuard has completed a handshake; undefined for a simulated host. */
  readonly handshakes: number | undefined
  /** Seconds since the newest handshake. */
  readonly newestHandshakeSeconds: number | undefined
  /** Its first process as the sandbox sees it. */
  readonly pid: number | undefined
}

export interface DemoPair {
  readonly from: string
  readonly to: string
  readonly reached: boolean
  /** `null`: no answer, or no packet was sent. */
  readonly roundTripMs: number | null
}

/** Milliseconds of each step. */
export interface DemoTimings {
  readonly server: number
  readonly enrolment: number
  readonly mesh: number
  readonly pings: number
  readonly total: number
}

export interface DemoReport {
  readonly hosts: readonly DemoHost[]
  readonly pairs: readonly DemoPair[]
  readonly timings: DemoTimings
  /** Empty without one. */
  readonly tour: readonly TourStep[]
}

/** The one object of `--json`. */
export function reportAsJson({ hosts, pairs, timings, tour }: DemoReport, simulated: boolean): string {
  return JSON.stringify({
    hosts: hosts.map(({ name, addresses, endpoint, handshakes }) => ({ name, addresses, endpoint, handshakes })),
    pairs: pairs.length,
    reachable: countReached(pairs),
    ...(simulated && { simulated }),
    timings,
    ...(tour.length > 0 && { tour }),
  })
}

export function countReached(pairs: readonly DemoPair[]): number {
  return pairs.filter(({ reached }) => reached).length
}

/** The matrix and the hosts' table. */
export function renderReport({ hosts, pairs, timings }: DemoReport): string {
  const seconds = (timings.total / 1_000).toFixed(1)
  const headline = `${countReached(pairs)} of ${pairs.length} pings answered, ${seconds} s after the start.`
  return [headline, '', renderMatrix(hosts, pairs), '', renderHosts(hosts)].join('\n')
}

/** Round trips in milliseconds from row to column; past 12 hosts, or without packets, only whether. */
function renderMatrix(hosts: readonly DemoHost[], pairs: readonly DemoPair[]): string {
  const names = hosts.map(({ name }) => name)
  const found = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair]))
  const timed = names.length <= 12 && pairs.some(({ roundTripMs }) => roundTripMs !== null)
  const cell = (from: string, to: string) => {
    if (from === to) return '·'
    const { reached = false, roundTripMs } = found.get(`${from} ${to}`) ?? {}
    if (!timed) return reached ? '+' : '-'
    return reached ? (roundTripMs ?? 0).toFixed(1) : 'none'
  }
  const rows = names.map((from) => [from, ...names.map((to) => cell(from, to))])
  const head = ['from \\ to', ...(timed ? names : names.map((name) => name.replace(/^\D+/, '')))]
  const legend = timed ? 'Round trip in ms:' : 'Answered (+) or not (-):'
  return `${legend}\n${renderTable([head, ...rows], timed ? 'end' : 'start')}`
}

function renderHosts(hosts: readonly DemoHost[]): string {
  const others = hosts.length - 1
  const rows = hosts.map(({ name, addresses, endpoint = '–', handshakes, newestHandshakeSeconds: age }) => [
    name,
    addresses.join('  '),
    endpoint,
    handshakes === undefined ? '–' : `${handshakes} of ${others}${age === undefined ? '' : `, newest ${age} s ago`}`,
  ])
  return renderTable([['host', 'addresses in the mesh', 'reached at', 'handshakes'], ...rows], 'start')
}

function renderTable(rows: readonly (readonly string[])[], align: 'start' | 'end'): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (text: string, column: number) => {
    const width = widths[column] ?? 0
    return align === 'end' && column > 0 ? text.padStart(width) : text.padEnd(width)
  }
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n')
}
