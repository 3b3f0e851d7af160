import type { AsOf } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigStoreError } from '../state/config-store.js'
import type { AgentLog } from './agent-log.js'
import type { Batch, LoadedConfig } from './config-keeper.js'
import { countChanges } from './describe-failure.js'
import type { KeptHost } from './host-keeper.js'

/** What the whole host was compared with its config for. */
export type Occasion = 'start' | 'after a failure' | 'awaited peers' | 'another way to peers' | 'routine'

/** A line where the stored config can't be used, or not all of it. */
export function logLoaded(log: AgentLog, loaded: E.Either<ConfigStoreError, LoadedConfig>): void {
  if (E.isLeft(loaded)) {
    log.error({ reason: loaded.left.reason }, 'the stored config could not be read; waiting for the server')
    return
  }
  const { asOf, damage } = loaded.right
  if (damage === null) return
  const rest = asOf === null ? 'nothing of it can be used' : 'what comes before that is used'
  log.warn({ damage, asOf }, `the stored config is damaged; ${rest}, the server will send the rest; keys are safe`)
}

/** One line for each message that a batch was made of; one in all where this host moved by itself. */
export function logApplied(log: AgentLog, { received, asOf }: Batch, { executed }: KeptHost, nowMs: number): void {
  if (received.length === 0) log.info({ asOf, changes: executed.length }, 'paths moved')
  for (const { kind, asOf, fragments, kinds, atMs } of received) {
    const ms = Math.round(nowMs - atMs)
    log.info({ asOf, fragments, kinds, changes: executed.length, ms, together: received.length }, `${kind} applied`)
  }
}

/** A line where there is something to say. */
export function logPutRight(log: AgentLog, asOf: AsOf, { executed }: KeptHost, occasion: Occasion): void {
  const fields = { asOf, changes: executed.length, kinds: countChanges(executed) }
  if (occasion === 'start') log.info(fields, 'last good config applied')
  else if (occasion === 'after a failure') log.info(fields, 'the host is as its config says again')
  else if (occasion === 'awaited peers') log.debug(fields, 'read back after peers had time to move')
  else if (executed.length === 0) return
  else if (occasion === 'another way to peers' && executed.every(({ kind }) => kind === 'set-mtu'))
    log.info(fields, 'the MTU follows the way to peers')
  else log.warn(fields, 'drift put right')
}
