import { pino } from 'pino'
import type { AgentLog } from '../agent/agent-log.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Lines to stderr: JSON, or words where a person reads along. */
export function createLog(options: {
  readonly level: LogLevel
  readonly isJson: boolean
  readonly host: string
}): AgentLog {
  const settings = {
    level: options.level,
    base: { host: options.host },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  if (options.isJson) return pino(settings, pino.destination({ fd: 2, sync: true }))
  return pino(settings, { write: (line: string) => process.stderr.write(inWords(line)) })
}

function inWords(line: string): string {
  const { time, level, msg, host: _host, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}${rest.join('')}\n`
}
