/**
 * How agent and server prove to each other who they are, once per connection, in one and a half round trips:
 *
 * ```
 * agent  → hello   host id, mesh id, the epoch it knows, nonce, X25519 share
 * server → hello   epoch, heartbeats' interval, nonce, X25519 share, signature over all so far and the server's key
 * agent  → finish  signature over all so far and the host's key
 * server → the first frame (`secure-channel.ts`), which shows that it took the proof
 * ```
 *
 * Both signatures cover fresh nonces and shares of both ends, so nothing recorded is of use again; both cover both identities,
 * so neither end can be made to believe in a third. Every function is pure; the steps hand their state on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentEndpointOptions, AgentLinkOptions } from '../ports/agent-transport.js'
import type { Crypto } from '../ports/crypto.js'
import { type HostId, type IdentityPublicKey, identityKeyToBytes } from '../values/index.js'
import { encodeTranscript, utf8Bytes } from './bytes.js'
import {
  type AgentHello,
  agentFinishCodec,
  agentHelloCodec,
  decodeHandshakeMessage,
  encodeHandshakeMessage,
  HANDSHAKE_NONCE_BYTES,
  PROTOCOL_VERSION,
  type ServerHello,
  serverHelloCodec,
} from './connect-handshake-messages.js'
import type { HandshakeError } from './handshake-error.js'
import type { FrameKeys } from './secure-frames.js'

/** An agent that has said hello. Holds a private key: memory only. */
export interface AgentHandshake {
  /** To be sent to the server. */
  readonly hello: string
  readonly said: AgentHello
  readonly shareKey: Uint8Array
}

/** A server that has answered a hello. Nothing is proved yet about `hostId`. */
export interface ServerHandshake {
  /** To be sent to the agent. */
  readonly serverHello: string
  readonly hostId: HostId
  readonly transcriptDigest: Uint8Array
  readonly serverSignature: Uint8Array
  readonly sharedSecret: Uint8Array
}

/** Agent, first step. Each connection has its own. */
export function startAgentHandshake(
  crypto: Crypto,
  options: Pick<AgentLinkOptions, 'meshId' | 'hostId' | 'knownEpoch'>,
): AgentHandshake {
  const share = crypto.generateX25519()
  const said: AgentHello = {
    type: 'agent-hello',
    protocolVersion: PROTOCOL_VERSION,
    meshId: options.meshId,
    hostId: options.hostId,
    knownEpoch: options.knownEpoch(),
    nonce: crypto.randomBytes(HANDSHAKE_NONCE_BYTES),
    keyShare: share.publicKey,
  }
  return { hello: encodeHandshakeMessage(agentHelloCodec, said), said, shareKey: share.privateKey }
}

/** Server, first step. Both ends of the connection will use its interval for heartbeats: 10 to 60,000 ms. */
export function answerAgentHello(
  crypto: Crypto,
  options: Pick<AgentEndpointOptions, 'meshId' | 'epoch' | 'identity'> & { readonly heartbeatIntervalMs: number },
  helloText: string,
): E.Either<HandshakeError, ServerHandshake> {
  const hello = decodeHandshakeMessage(agentHelloCodec, helloText)
  if (hello === undefined) return E.left({ code: 'handshake-malformed' })
  if (hello.protocolVersion !== PROTOCOL_VERSION) return E.left({ code: 'protocol-version-unsupported' })
  if (hello.meshId !== options.meshId) return E.left({ code: 'mesh-unknown' })
  const share = crypto.generateX25519()
  const sharedSecret = crypto.x25519(share.privateKey, hello.keyShare)
  if (sharedSecret === undefined) return E.left({ code: 'key-share-unusable' })
  const nonce = crypto.randomBytes(HANDSHAKE_NONCE_BYTES)
  const { heartbeatIntervalMs } = options
  const said = { type: 'server-hello' as const, epoch: options.epoch(), heartbeatIntervalMs }
  const unsigned = { ...said, nonce, keyShare: share.publicKey }
  const transcript = serverTranscript(hello, unsigned, options.identity.publicKey)
  const signature = crypto.signEd25519(options.identity.privateKey, transcript)
  return E.right({
    serverHello: encodeHandshakeMessage(serverHelloCodec, { ...unsigned, signature }),
    hostId: hello.hostId,
    transcriptDigest: crypto.sha256(transcript),
    serverSignature: signature,
    sharedSecret,
  })
}

/** Agent, second step: the server is the pinned one, and not behind what this host has seen. */
export function finishAgentHandshake(
  crypto: Crypto,
  state: AgentHandshake,
  options: Pick<AgentLinkOptions, 'serverIdentityKey' | 'identityPrivateKey'>,
  serverHelloText: string,
): E.Either<HandshakeError, { readonly finish: string; readonly keys: FrameKeys; readonly server: ServerHello }> {
  const hello = decodeHandshakeMessage(serverHelloCodec, serverHelloText)
  if (hello === undefined) return E.left({ code: 'handshake-malformed' })
  const serverKey = identityKeyToBytes(options.serverIdentityKey)
  const transcript = serverTranscript(state.said, hello, serverKey)
  if (!crypto.verifyEd25519(serverKey, transcript, hello.signature)) return E.left({ code: 'server-not-proven' })
  const knownEpoch = state.said.knownEpoch
  if (knownEpoch !== null && hello.epoch < knownEpoch) {
    return E.left({ code: 'server-epoch-behind', serverEpoch: hello.epoch, knownEpoch })
  }
  const sharedSecret = crypto.x25519(state.shareKey, hello.keyShare)
  if (sharedSecret === undefined) return E.left({ code: 'key-share-unusable' })
  const hostKey = crypto.ed25519PublicKeyOf(options.identityPrivateKey)
  const proven = agentTranscript(crypto.sha256(transcript), hello.signature, hostKey)
  const signature = crypto.signEd25519(options.identityPrivateKey, proven)
  const finish = encodeHandshakeMessage(agentFinishCodec, { type: 'agent-finish' as const, signature })
  const { toServer, toAgent } = deriveKeys(crypto, sharedSecret, proven)
  return E.right({ finish, keys: { send: toServer, receive: toAgent }, server: hello })
}

/**
 * Server, second step. `hostIdentityKey` is the key of `state.hostId`, `undefined` for a host that may not connect: it takes
 * as long and fails alike as a wrong signature, so that nobody finds out which hosts there are.
 */
export function finishServerHandshake(
  crypto: Crypto,
  state: ServerHandshake,
  options: Pick<AgentEndpointOptions, 'identity'>,
  finishText: string,
  hostIdentityKey: IdentityPublicKey | undefined,
): E.Either<HandshakeError, { readonly keys: FrameKeys }> {
  const finish = decodeHandshakeMessage(agentFinishCodec, finishText)
  if (finish === undefined) return E.left({ code: 'handshake-malformed' })
  const hostKey = hostIdentityKey === undefined ? options.identity.publicKey : identityKeyToBytes(hostIdentityKey)
  const proven = agentTranscript(state.transcriptDigest, state.serverSignature, hostKey)
  const isProven = crypto.verifyEd25519(hostKey, proven, finish.signature)
  if (hostIdentityKey === undefined) return E.left({ code: 'host-unknown' })
  if (!isProven) return E.left({ code: 'host-not-proven' })
  const { toServer, toAgent } = deriveKeys(crypto, state.sharedSecret, proven)
  return E.right({ keys: { send: toAgent, receive: toServer } })
}

/** What the server signs. */
function serverTranscript(
  agent: AgentHello,
  server: Omit<ServerHello, 'signature'>,
  serverKey: Uint8Array,
): Uint8Array {
  return encodeTranscript('meshfold.v1 connect server', [
    agent.protocolVersion,
    agent.meshId,
    agent.hostId,
    agent.knownEpoch ?? 'none',
    agent.nonce,
    agent.keyShare,
    serverKey,
    server.epoch,
    server.heartbeatIntervalMs,
    server.nonce,
    server.keyShare,
  ])
}

/** What the agent signs: the digest stands for all that the server signed. */
function agentTranscript(digest: Uint8Array, serverSignature: Uint8Array, hostKey: Uint8Array): Uint8Array {
  return encodeTranscript('meshfold.v1 connect agent', [digest, serverSignature, hostKey])
}

function deriveKeys(crypto: Crypto, sharedSecret: Uint8Array, transcript: Uint8Array) {
  const info = utf8Bytes('meshfold.v1 connect frame keys')
  const bytes = crypto.hkdfSha256(sharedSecret, crypto.sha256(transcript), info, 64)
  return {
    toServer: { direction: 'agent-to-server', secret: bytes.slice(0, 32) },
    toAgent: { direction: 'server-to-agent', secret: bytes.slice(32) },
  } as const
}
