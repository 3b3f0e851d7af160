import { type Logger, pino, stdTimeFunctions } from 'pino'

/** What waits for room on a disk that is full; what comes then is lost. */
const MOST_WAITING_BYTES = 1024 * 1024

/** JSON lines to stderr. That nobody can take them is no reason to end. */
export function createServerLog(level: string, fd = 2): Logger {
  const lines = pino.destination({ fd, sync: true, maxLength: MOST_WAITING_BYTES })
  lines.on('error', () => {})
  return pino({ ...FORMAT, level }, lines)
}

/** By name, wherever they stand: a second net below not logging them in the first place. */
const REDACTED = {
  paths: [
    'token',
    'adminToken',
    'secret',
    'secretHash',
    'privateKey',
    'authorization',
    'claims',
    'sealedSecret',
  ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  censor: '(hidden)',
}

/** As agents write theirs, so that one reader takes both. */
const FORMAT = {
  base: null,
  redact: REDACTED,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
}
