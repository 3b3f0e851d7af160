import type { ConnectionEnd } from '../ports/agent-transport.js'

/** Why a handshake failed, as precisely as the end that noticed can tell; for its own log. */
export type HandshakeError =
  | { readonly code: 'handshake-malformed' }
  | { readonly code: 'protocol-version-unsupported' }
  /** Server: the agent belongs to another mesh. */
  | { readonly code: 'mesh-unknown' }
  /** A share of low order: the secret would be known to everybody (RFC 7748 §6.1). */
  | { readonly code: 'key-share-unusable' }
  /** Agent: whoever answered doesn't hold the pinned identity key. */
  | { readonly code: 'server-not-proven' }
  /** Agent: this server has forgotten an epoch, such as one restored from a backup without raising it. */
  | { readonly code: 'server-epoch-behind'; readonly serverEpoch: number; readonly knownEpoch: number }
  /** Server: there is no such host, or no longer. */
  | { readonly code: 'host-unknown' }
  /** Server: the agent doesn't hold the host's identity key, or repeated an old proof. */
  | { readonly code: 'host-not-proven' }

/**
 * How a failed handshake ends the connection. Both ends see this: a server's refusals are all of one wording, whichever of
 * its checks failed.
 */
export function endOfHandshake(error: HandshakeError): ConnectionEnd {
  switch (error.code) {
    case 'handshake-malformed':
      return { code: 'protocol-violated', detail: 'not a message of the handshake' }
    case 'protocol-version-unsupported':
      return { code: 'protocol-violated', detail: 'the server does not speak this version of the protocol' }
    case 'key-share-unusable':
      return { code: 'protocol-violated', detail: 'a key share of low order' }
    case 'server-not-proven':
      return {
        code: 'authentication-failed',
        detail: 'the server does not hold the identity key that enrolment pinned',
      }
    case 'server-epoch-behind':
      return {
        code: 'protocol-violated',
        detail: `the server is at mesh epoch ${error.serverEpoch}, this host has seen ${error.knownEpoch}`,
      }
    case 'mesh-unknown':
    case 'host-unknown':
    case 'host-not-proven':
      return { code: 'authentication-failed', detail: 'the server does not accept this host' }
  }
}
