/** An agent without a host: real keys, real protocol, and a table of fragments instead of WireGuard. */
import {
  type AgentConnection,
  type AgentLink,
  type AgentMessage,
  type AsOf,
  applyPatch,
  type ConnectionEnd,
  createEnrollmentRequest,
  decodeWith,
  type EnrollmentAnswerBody,
  type EnrollmentProof,
  type EnrollmentToken,
  encodeAgentMessage,
  encodeHostClaims,
  enrollmentAnswerBodyCodec,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
  type FragmentTable,
  type HostClaims,
  type HostReport,
  hostName,
  identityKeyFromBytes,
  type KeyPair,
  parseEnrollmentToken,
  proveEnrollment,
  type ServerMessage,
  serverMessageCodec,
  tableOfSnapshot,
  tableVersions,
  udpEndpoint,
  verifyEnrollmentAnswer,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import { type ConnectAgentOptions, connectAgent, nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { type Answer, callApi } from './test-server.js'

export interface HostKeyPairs {
  readonly wireguard: KeyPair
  readonly identity: KeyPair
}

export const freshKeys = (): HostKeyPairs => ({
  wireguard: nodeCrypto.generateX25519(),
  identity: nodeCrypto.generateEd25519(),
})

export const claimsOf = (name: string, change: Partial<HostClaims> = {}): HostClaims => ({
  name: hostName(name),
  system: { os: 'linux', osVersion: 'Debian 12', arch: 'x64', agentVersion: '0.1.0' },
  listenPort: 51821,
  mtuBytes: null,
  endpoints: [],
  localPrefixes: [],
  capabilities: [],
  ...change,
})

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isRight(either)) return either.right
  throw new Error(`unexpected: ${JSON.stringify(either.left)}`)
}

export const publicKeysOf = ({ wireguard, identity }: HostKeyPairs) => ({
  wireguardKey: right(wireguardKeyFromBytes(wireguard.publicKey)),
  identityKey: right(identityKeyFromBytes(identity.publicKey)),
})

export const readToken = (text: string): EnrollmentToken => right(parseEnrollmentToken(text))

/** A proof for a fresh challenge, ready to be sent or spoilt. */
export const prove = async (
  url: string,
  token: EnrollmentToken,
  keys: HostKeyPairs,
  claims: string,
): Promise<EnrollmentProof> => {
  const request = createEnrollmentRequest(nodeCrypto, { keyId: token.keyId, ...publicKeysOf(keys) })
  const answer = await callApi(url, null, 'POST', '/enrollment/challenge', enrollmentRequestCodec.encode(request))
  if (answer.status !== 200) throw new Error(answer.text)
  const challenge = right(decodeWith(enrollmentChallengeCodec, answer.json))
  return right(
    proveEnrollment(nodeCrypto, {
      token,
      request,
      challenge,
      claims,
      wireguardPrivateKey: keys.wireguard.privateKey,
      identityPrivateKey: keys.identity.privateKey,
    }),
  )
}

export const sendProof = (url: string, proof: EnrollmentProof): Promise<Answer> =>
  callApi(url, null, 'POST', '/enrollment/proof', enrollmentProofCodec.encode(proof))

/** Both round trips; the answer is checked as an agent would. */
export const enroll = async (
  url: string,
  tokenText: string,
  keys: HostKeyPairs,
  claims: HostClaims,
): Promise<EnrollmentAnswerBody> => {
  const proof = await prove(url, readToken(tokenText), keys, encodeHostClaims(claims))
  const answer = await sendProof(url, proof)
  if (answer.status !== 200) throw new Error(answer.text)
  return readAnswer(answer, proof)
}

export const readAnswer = (answer: Answer, proof: EnrollmentProof): EnrollmentAnswerBody => {
  const signed = right(decodeWith(enrollmentAnswerCodec, answer.json))
  const { serverIdentityKey } = right(decodeWith(enrollmentAnswerBodyCodec, JSON.parse(signed.body)))
  const body = right(verifyEnrollmentAnswer(nodeCrypto, serverIdentityKey, proof, signed))
  return right(decodeWith(enrollmentAnswerBodyCodec, JSON.parse(body)))
}

/** Holds what it is sent, and tells the server so. */
export class FakeAgent {
  readonly received: ServerMessage[] = []
  readonly ends: ConnectionEnd[] = []
  readonly problems: string[] = []
  readonly enrolled: EnrollmentAnswerBody
  table: FragmentTable | undefined
  reached: AsOf | undefined
  connection: AgentConnection | undefined
  /** Set to act differently on what comes. */
  onMessage: ((message: ServerMessage) => void) | undefined
  readonly #link: AgentLink
  #awaitsTable = false

  constructor(
    url: string,
    enrolled: EnrollmentAnswerBody,
    keys: HostKeyPairs,
    options: Partial<ConnectAgentOptions> & { readonly from?: FragmentTable | undefined } = {},
  ) {
    const { from, ...rest } = options
    this.enrolled = enrolled
    this.table = from
    this.reached = from?.asOf
    this.#link = connectAgent({
      url: `${url.replace(/^http/, 'ws')}${enrolled.agentUrlPath}`,
      meshId: enrolled.meshId,
      hostId: enrolled.hostId,
      identityPrivateKey: keys.identity.privateKey,
      serverIdentityKey: enrolled.serverIdentityKey,
      knownEpoch: () => this.table?.asOf.epoch ?? null,
      onConnection: (connection) => {
        this.connection = connection
        this.#awaitsTable = false
        this.send({ type: 'resume', asOf: this.reached ?? null })
        return {
          onMessage: (text) => this.#take(text),
          onWritable: () => {},
          onClose: (end) => {
            this.connection = undefined
            this.ends.push(end)
          },
        }
      },
      ...rest,
    })
  }

  kinds(): readonly string[] {
    return this.received.map(({ type }) => type).filter((type) => type !== 'heartbeat')
  }

  send(message: AgentMessage): void {
    this.connection?.send(encodeAgentMessage(message))
  }

  sendText(text: string): void {
    this.connection?.send(text)
  }

  report(report: Partial<HostReport>): void {
    const claims = claimsOf('any')
    const { system, listenPort, endpoints, localPrefixes, capabilities } = claims
    this.send({
      type: 'report',
      report: { system, listenPort, endpoints, localPrefixes, capabilities, resolvers: [], drift: [], ...report },
    })
  }

  status() {
    return this.#link.status()
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  #take(text: string): void {
    const message = right(decodeWith(serverMessageCodec, JSON.parse(text)))
    this.received.push(message)
    this.onMessage?.(message)
    if (message.type === 'snapshot') {
      this.table = tableOfSnapshot(this.enrolled.hostId, message.snapshot)
      this.#acknowledge(message.snapshot.asOf)
    }
    if (message.type === 'patch') this.#patch(message.patch)
    if (message.type === 'table-wanted') this.#sendTable()
    if (message.type === 'heartbeat' && this.table !== undefined && !this.#awaitsTable) {
      this.reached = message.asOf
      ;(this.table as { asOf: AsOf }).asOf = message.asOf
    }
  }

  #patch(patch: Extract<ServerMessage, { type: 'patch' }>['patch']): void {
    if (this.table === undefined) {
      this.problems.push('a patch although nothing is held')
      return
    }
    const applied = applyPatch(this.table, patch)
    if (E.isRight(applied)) {
      this.#awaitsTable = false
      this.#acknowledge(patch.asOf)
    } else if (!this.#awaitsTable) {
      this.problems.push(JSON.stringify(applied.left))
      this.#sendTable()
    }
  }

  #sendTable(): void {
    this.#awaitsTable = true
    this.send({ type: 'table', versions: this.table === undefined ? [] : [...tableVersions(this.table)] })
  }

  #acknowledge(asOf: AsOf): void {
    this.reached = asOf
    this.send({ type: 'ack', asOf, outcome: 'applied', detail: null })
  }
}

export const endpointsOf = (...texts: readonly string[]): HostReport['endpoints'] =>
  texts.map((text) => ({ endpoint: udpEndpoint(text), origin: 'local' as const }))
