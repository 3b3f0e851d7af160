/** Where a part of the server writes what happened: a line with facts, never with a token, a key or a proof. `pino` fits. */
export interface ServerLog {
  readonly debug: (facts: object, message: string) => void
  readonly info: (facts: object, message: string) => void
  readonly warn: (facts: object, message: string) => void
  readonly error: (facts: object, message: string) => void
}

/** For callers that don't want to hear anything. */
export const silentLog: ServerLog = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}
