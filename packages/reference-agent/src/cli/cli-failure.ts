import type { HostDriverError, SecretVaultError } from '@meshfold/core'
import type { EnrollHostError } from '../enrollment/enroll-host.js'
import type { HostKeysError } from '../enrollment/host-keys.js'
import type { LockError } from '../state/lock-file.js'
import type { StateFolderError } from '../state/state-folder.js'

/** 0: done. */
export const EXIT = { failed: 1, usage: 2, serverUnreachable: 3 } as const

/** A command could not do what it was asked: what, and the way out. Safe to print. */
export class CliFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message)
  }
}

export const usageFailure = (message: string): CliFailure => new CliFailure('usage', message, EXIT.usage)

export function enrollFailure(error: EnrollHostError, serverUrl: string): CliFailure {
  switch (error.code) {
    case 'server-unreachable':
      return new CliFailure(
        error.code,
        `No answer from ${serverUrl}: ${error.reason}. ${unreachableHint(error.reason)} Enrolling again is safe at any time.`,
        EXIT.serverUnreachable,
      )
    case 'server-refused': {
      const words = error.message === '' ? `HTTP status ${error.status}` : error.message
      return new CliFailure(error.refusal || error.code, `The server refused: ${words}`)
    }
    case 'server-answer-unreadable':
      return new CliFailure(
        error.code,
        `What answers at ${serverUrl} does not speak like a Meshfold server: ${error.reason}. Check the URL, and that agent and server have fitting versions.`,
      )
    case 'server-key-not-pinned':
      return new CliFailure(
        error.code,
        `The server at ${serverUrl} is not the one that made this token. Use its own URL, or a token of this server. If both are right, somebody in between pretends to be the server. The token's secret was not sent.`,
      )
    case 'challenge-signature-invalid':
    case 'challenge-key-unusable':
    case 'answer-signature-invalid':
    case 'answer-contradicts-challenge':
      return new CliFailure(
        error.code,
        `The answer of ${serverUrl} is not the server's own (${error.code}): somebody in between changed it. Nothing was changed here; enrol over another way or by https.`,
      )
  }
}

const unreachableHint = (reason: string): string =>
  /certificate|self-signed/i.test(reason)
    ? 'If the certificate is your own, name the file of its authority: --ca ca.pem.'
    : 'Is the server running, is the URL right, and does a firewall let this host through?'

export function keysFailure(error: HostKeysError, state: string): CliFailure {
  if (error.code === 'host-key-missing' || error.code === 'host-key-damaged') {
    const what = error.code === 'host-key-missing' ? 'is missing' : 'is damaged'
    return new CliFailure(
      error.code,
      `The private key keys/${error.name} in ${state} ${what}. Put it back from a backup; or begin anew: meshfold-agent down --state ${state} --purge, then enroll with a new token.`,
    )
  }
  return vaultFailure(error)
}

const vaultFailure = (error: SecretVaultError): CliFailure =>
  new CliFailure(error.code, `The key ${error.name} can't be used: ${error.reason}`)

export const driverFailure = (error: HostDriverError): CliFailure => {
  const denied = error.code === 'host-permission-denied'
  const hint = denied ? '. Run it as root, or with the capability CAP_NET_ADMIN' : ''
  return new CliFailure(error.code, `This host can't be managed: ${error.reason}${hint}`)
}

export const folderFailure = (error: StateFolderError): CliFailure =>
  error.code === 'state-damaged'
    ? new CliFailure(
        error.code,
        `${error.file} is damaged (${error.reason}). Put it back from a backup, or enrol again with a token of the same server: with the same keys it stays the same host.`,
      )
    : new CliFailure(error.code, `The state folder can't be used: ${error.reason}`)

export const lockFailure = (error: LockError, state: string, who: string): CliFailure =>
  error.code === 'lock-held'
    ? new CliFailure(error.code, `${who} (process ${error.pid}) already works in ${state}. One at a time.`)
    : new CliFailure(error.code, `${state} can't be locked: ${error.reason}`)
