import { readFile } from 'node:fs/promises'

/** One line that server or agent logged: a JSON object. */
export type LogLine = Readonly<Record<string, unknown>>

/** All lines of a log file that are JSON objects; none where there is no file yet. */
export async function readLogLines(file: string): Promise<readonly LogLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap(parseLine)
}

/** The end of a log file, for an error message. */
export async function tailOfLog(file: string, lines = 12): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}

function parseLine(line: string): readonly LogLine[] {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? [value as LogLine] : []
  } catch {
    // A half-written last line, or words of a program below.
    return []
  }
}
