import { pino, stdTimeFunctions } from 'pino'
import type { AgentLog } from '../agent/agent-log.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What waits for room on a disk that is full; what comes then is lost. */
const MOST_WAITING_BYTES = 1024 * 1024

/** Lines to stderr: JSON, or words where a person reads along. That nobody can take them is no reason to end. */
export function createLog(
  options: {
    readonly level: LogLevel
    readonly isJson: boolean
    readonly host: string
  },
  fd = 2,
): AgentLog {
  const settings = {
    level: options.level,
    base: { host: options.host },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  if (options.isJson) {
    const lines = pino.destination({ fd, sync: true, maxLength: MOST_WAITING_BYTES })
    lines.on('error', () => {})
    return pino(settings, lines)
  }
  process.stderr.on('error', () => {})
  return pino(settings, { write: (line: string) => process.stderr.write(inWords(line)) })
}

function inWords(line: string): string {
  const { time, level, msg, host: _host, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}${rest.join('')}\n`
}
