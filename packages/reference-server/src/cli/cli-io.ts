/** What a command may touch of the world, so that tests can look at all of it. */
export interface CliIo {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads one line without showing it; for secrets. */
  readonly readSecret: (prompt: string) => Promise<string>
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal
  /** Whether somebody reads along, rather than a program. */
  readonly isTerminal: boolean
}

/** Columns under their titles, as wide as they need to be. */
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [titles, ...rows].map((row) => row.map(plain))
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

/** The server's lists go by ids, which are in no order that people know. */
export const byName = <A extends { readonly name: string }>(things: readonly A[]): readonly A[] =>
  [...things].sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))

/** Text from a server, safe to print: nothing in it can move a terminal's cursor. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?')

/** Lines that a server wrote, safe to print. */
export const linesText = (lines: readonly string[]): string => lines.map((line) => `${plain(line)}\n`).join('')

/** With its zone, so that it can be given back as an option wherever it was printed. */
export const timeText = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().replace('T', ' ').slice(0, 19)}Z`

/** `3 min ago`, roughly. */
export const agoText = (epochMs: number, nowEpochMs: number): string => {
  const seconds = Math.max(0, Math.round((nowEpochMs - epochMs) / 1000))
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`
}
