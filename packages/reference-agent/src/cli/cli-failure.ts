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
        `No answer from ${serverUrl}: ${withoutAdviceOfNode(error.reason)}. ${unreachableHint(error.reason, serverUrl)} Enrolling again is safe at any time.`,
        EXIT.serverUnreachable,
      )
    case 'server-refused':
      return error.refusal === ''
        ? strangerFailure(error.code, error.status, serverUrl)
        : new CliFailure(error.refusal, `The server refused: ${error.message || error.refusal}`)
    case 'server-answer-unreadable':
      return new CliFailure(error.code, `${notMeshfold(serverUrl)}: ${error.reason}. ${STRANGER_HINT}`)
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

const notMeshfold = (serverUrl: string): string => `What answers at ${serverUrl} does not speak like a Meshfold server`

const STRANGER_HINT =
  "Check the URL's scheme, name, port and path: it is the one that `meshfold serve` prints, or its --public-url. If it is right, agent and server may have versions that don't fit."

/** Who stands in front of a server that is away. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504])

/** A refusal without a Meshfold server's words: another program's, or a proxy's. */
const strangerFailure = (code: string, status: number, serverUrl: string): CliFailure =>
  GATEWAY_STATUSES.has(status)
    ? new CliFailure(
        code,
        `${serverUrl} answers HTTP status ${status}: a proxy that can't reach the server behind it. Is the server running, and is the URL right? Enrolling again is safe at any time.`,
        EXIT.serverUnreachable,
      )
    : new CliFailure(code, `${notMeshfold(serverUrl)}: HTTP status ${status}. ${STRANGER_HINT}`)

/** Node appends how one would start Node: nobody starts that here. */
const withoutAdviceOfNode = (reason: string): string => reason.replace(/; if the root CA is installed.*$/, '')

function unreachableHint(reason: string, serverUrl: string): string {
  if (/altnames/i.test(reason)) return 'Call it by a name that its certificate has.'
  if (/expired/i.test(reason)) return "The server's certificate is out of date: it needs a new one."
  if (/certificate|self-signed/i.test(reason))
    return 'If the certificate is your own, name the file of its authority: --ca ca.pem.'
  if (/wrong version number|packet length too long/i.test(reason))
    return 'It speaks no TLS there: is it http:// instead of https://, or another port?'
  if (/socket hang up/i.test(reason) && serverUrl.startsWith('http:'))
    return 'Perhaps it speaks TLS there: is it https:// instead of http://?'
  return 'Is the server running, is the URL right, and does a firewall let this host through?'
}

/** Another agent, with another state folder, works on the interface. */
export const interfaceClaimedFailure = (interfaceName: string): CliFailure =>
  new CliFailure(
    'interface-claimed',
    `Another agent on this machine has ${interfaceName}. A second mesh needs a folder, an interface and addresses of its own: meshfold-agent enroll --state <folder> --interface <name>, and on its server, before it has a host, meshfold mesh update --control-range 198.18.0.0/16.`,
  )

export function keysFailure(error: HostKeysError, state: string): CliFailure {
  if (error.code === 'host-key-missing' || error.code === 'host-key-damaged') {
    const what = error.code === 'host-key-missing' ? 'is missing' : 'is damaged'
    return new CliFailure(
      error.code,
      `The private key keys/${error.name} in ${state} ${what}. Put it back from a backup; or ${beginAnew(state)}`,
    )
  }
  return vaultFailure(error, state)
}

const beginAnew = (state: string): string =>
  `begin anew: meshfold-agent down --state ${state} --purge, then enroll with a new token.`

function vaultFailure(error: SecretVaultError, state: string): CliFailure {
  const what = `The key ${error.name} can't be used: ${error.reason}`
  // What others may have seen says its own way out.
  if (error.code === 'secret-exposed') return new CliFailure(error.code, what)
  return new CliFailure(error.code, `${what}. Mend it or put it back from a backup; if it is lost, ${beginAnew(state)}`)
}

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
    : new CliFailure(error.code, `The state folder can't be used: ${error.reason}${folderHint(error.reason)}`)

/** What is refused to another user is root's, as a rule. */
const folderHint = (reason: string): string =>
  /^(EACCES|EPERM)\b/.test(reason) ? '. Run it as root, or name a folder of yours: --state <folder>' : ''

export const lockFailure = (error: LockError, state: string, who: string): CliFailure =>
  error.code === 'lock-held'
    ? new CliFailure(error.code, `${who} (process ${error.pid}) already works in ${state}. One at a time.`)
    : new CliFailure(error.code, `${state} can't be locked: ${error.reason}`)
