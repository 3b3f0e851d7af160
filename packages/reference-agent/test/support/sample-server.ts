/** A server in memory: the real rules and patches of core behind the real handshake, without a log, an API or a process. */
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentEndpoint,
  type AgentMessage,
  agentMessageCodec,
  asOfState,
  changedFragments,
  createFragmentRing,
  decide,
  decodeWith,
  describeMeshError,
  emptyMeshState,
  encodePatchMessage,
  encodeServerMessage,
  evolveAll,
  type HostId,
  type IdentityPublicKey,
  identityKeyFromBytes,
  issueKeyChallenge,
  type KeyChallengeState,
  type KeyPair,
  type KeyProof,
  largeMapGet,
  type MeshCommand,
  type MeshEvent,
  type MeshState,
  patchesOfStep,
  patchOfTable,
  projectSnapshot,
  type ServerMessage,
  verifyKeyProof,
  type WireguardPublicKey,
} from '@meshfold/core'
import { type InMemoryTransport, sampleTime } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'

export class SampleServer {
  readonly identity: KeyPair = nodeCrypto.generateEd25519()
  /** Everything that agents said, in order. */
  readonly heard: { readonly hostId: HostId; readonly message: AgentMessage }[] = []
  /** Kinds of what was sent, in order. */
  readonly sent: { readonly hostId: HostId; readonly type: ServerMessage['type'] }[] = []
  state: MeshState = emptyMeshState()
  readonly #transport: InMemoryTransport
  #ring = createFragmentRing()
  #endpoint: AgentEndpoint | undefined
  readonly #live = new Map<HostId, AgentConnection>()
  readonly #challenges = new Map<HostId, KeyChallengeState>()
  /** Set to lose messages of agents on their way. */
  loses: (message: AgentMessage) => boolean = () => false

  constructor(transport: InMemoryTransport, commands: readonly MeshCommand[]) {
    this.#transport = transport
    this.submit(...commands)
  }

  get identityKey(): IdentityPublicKey {
    const key = identityKeyFromBytes(this.identity.publicKey)
    if (E.isLeft(key)) throw new TypeError(key.left.reason)
    return key.right
  }

  start(): void {
    this.#endpoint = this.#transport.serveAgents({
      meshId: this.state.mesh?.meshId ?? ('' as never),
      epoch: () => this.state.mesh?.epoch ?? 0,
      identity: this.identity,
      hostIdentityKey: async (hostId) => largeMapGet(this.state.hosts, hostId)?.identityKey,
      onConnection: (connection) => this.#take(connection),
    })
  }

  /** Ends all connections; `start` brings it back with the same state. */
  async stop(): Promise<void> {
    await this.#endpoint?.close()
    this.#live.clear()
  }

  /** A process that began anew knows what happened, and nothing of what it had sent. */
  forgetRing(): void {
    this.#ring = createFragmentRing()
  }

  /** Decides, and sends everybody what changed for them. */
  submit(...commands: readonly MeshCommand[]): void {
    for (const command of commands) {
      const decision = decide(command, this.state)
      if (E.isLeft(decision)) throw new TypeError(`${command.type} was refused: ${describeMeshError(decision.left)}`)
      this.#evolve(decision.right)
    }
  }

  /** What no command of the mesh leads to; or an honest message with something wrong about it. */
  sayTo(hostId: HostId, text: string): void {
    this.#live.get(hostId)?.send(text)
  }

  connectionOf(hostId: HostId): AgentConnection | undefined {
    return this.#live.get(hostId)
  }

  /** What this host said of a kind. */
  saidBy<Type extends AgentMessage['type']>(
    hostId: HostId,
    type: Type,
  ): readonly Extract<AgentMessage, { type: Type }>[] {
    return this.heard.flatMap((heard) =>
      heard.hostId === hostId && heard.message.type === type
        ? [heard.message as Extract<AgentMessage, { type: Type }>]
        : [],
    )
  }

  #evolve(events: readonly MeshEvent[]): void {
    const before = this.state
    this.state = evolveAll(before, events)
    const changes = changedFragments(before, this.state, events)
    this.#ring.append(changes)
    for (const [hostId, patch] of patchesOfStep(changes, before, this.state)) {
      this.#send(hostId, 'patch', encodePatchMessage(changes.asOf, patch))
    }
  }

  #take(connection: AgentConnection): AgentConnectionHandlers {
    const { hostId } = connection
    return {
      onMessage: (text) => this.#receive(connection, text),
      onWritable: () => {},
      onClose: () => {
        if (this.#live.get(hostId) === connection) this.#live.delete(hostId)
      },
    }
  }

  #receive(connection: AgentConnection, text: string): void {
    const decoded = decodeWith(agentMessageCodec, JSON.parse(text))
    if (E.isLeft(decoded)) throw new TypeError(decoded.left.message)
    const { hostId } = connection
    const message = decoded.right
    this.heard.push({ hostId, message })
    if (this.loses(message)) return
    if (message.type === 'offer-key') this.#challenge(hostId, message.wireguardKey)
    if (message.type === 'prove-key') this.#takeProof(hostId, message.proof)
    if (message.type === 'resume') this.#resume(connection, message)
    if (message.type === 'table') {
      this.#live.set(hostId, connection)
      const patch = patchOfTable(this.state, hostId, new Map(message.versions))
      this.#send(hostId, 'patch', encodePatchMessage(patch.asOf, patch.changes))
    }
  }

  #challenge(hostId: HostId, wireguardKey: WireguardPublicKey): void {
    const meshId = this.state.mesh?.meshId
    if (meshId === undefined || largeMapGet(this.state.hosts, hostId)?.wireguardKey === wireguardKey) return
    const state = issueKeyChallenge(nodeCrypto, { meshId, hostId, wireguardKey })
    this.#challenges.set(hostId, state)
    this.#send(hostId, 'key-challenge', encodeServerMessage({ type: 'key-challenge', challenge: state.challenge }))
  }

  #takeProof(hostId: HostId, proof: KeyProof): void {
    const host = largeMapGet(this.state.hosts, hostId)
    if (host === undefined) throw new TypeError(`no ${hostId}`)
    const proven = verifyKeyProof(nodeCrypto, this.#challenges.get(hostId), proof, host.identityKey)
    if (E.isLeft(proven)) throw new TypeError(proven.left.code)
    this.submit({ type: 'RotateHostKey', atEpochMs: sampleTime, hostId, wireguardKey: proof.wireguardKey })
  }

  #resume(connection: AgentConnection, { asOf }: Extract<AgentMessage, { type: 'resume' }>): void {
    const { hostId } = connection
    this.#live.set(hostId, connection)
    if (asOf === null || asOf.epoch !== asOfState(this.state).epoch) {
      const snapshot = projectSnapshot(this.state, hostId)
      this.#send(hostId, 'snapshot', encodeServerMessage({ type: 'snapshot', snapshot }))
      return
    }
    const patch = this.#ring.patchSince(this.state, hostId, asOf)
    if (patch === undefined) this.#send(hostId, 'table-wanted', encodeServerMessage({ type: 'table-wanted' }))
    else this.#send(hostId, 'patch', encodePatchMessage(patch.asOf, patch.changes))
  }

  #send(hostId: HostId, type: ServerMessage['type'], text: string): void {
    const connection = this.#live.get(hostId)
    if (connection === undefined) return
    this.sent.push({ hostId, type })
    connection.send(text)
  }
}
