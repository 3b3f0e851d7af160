/**
 * Where an agent says what it does: pino's loggers fit. Fields hold no secret: no private key, token or frame ever comes near them.
 */
export interface AgentLog {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** Says nothing. */
export const silentLog: AgentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
