/** Where connected hosts get another WireGuard key: challenges, proofs, and the command that a sound proof leads to (A11). */
import {
  type Clock,
  type CommandId,
  type Crypto,
  commandId,
  describeMeshError,
  encodeBase64,
  type HostId,
  issueKeyChallenge,
  type KeyChallengeState,
  type KeyMessageOfServer,
  type KeyProof,
  type KeyRefused,
  largeMapGet,
  type Timers,
  verifyKeyProof,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import {
  type CommandContext,
  describeServiceError,
  isServiceError,
  type ServiceError,
} from '../mesh-service/command-answer.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import { TokenBucket } from '../token-bucket.js'

export interface KeyDeskOptions {
  readonly service: MeshService
  readonly crypto: Crypto
  readonly clock: Clock
  readonly timers: Timers
}

/** What became of an administrator's wish. */
export type KeyWishAnswer =
  | { readonly code: 'rotated' }
  /** Its agent is not connected to this server. */
  | { readonly code: 'agent-away' }
  /** It was asked and has shown no other key yet; it may still. */
  | { readonly code: 'agent-silent' }
  | Pick<KeyRefused, 'code' | 'message'>

interface Wish {
  readonly by: Pick<CommandContext, 'actor' | 'reason'>
  readonly answered: Promise<KeyWishAnswer>
  readonly tell: (answer: KeyWishAnswer) => void
}

/** Each leads to a patch for all that look at the host, and an event for ever. */
const PROOFS = { burst: 3, perSecond: 1 / 60 }
const ANSWER_MS = 15_000
const LONGEST_REASON = 500

export class KeyDesk {
  readonly #options: KeyDeskOptions
  readonly #open = new Map<HostId, KeyChallengeState>()
  readonly #proofs = new Map<HostId, TokenBucket>()
  readonly #wishes = new Map<HostId, Wish>()

  constructor(options: KeyDeskOptions) {
    this.#options = options
  }

  /** An administrator wants a host to have another key. `ask` tells its agent; false: it is not here. */
  wish(hostId: HostId, by: Wish['by'], ask: () => boolean): Promise<KeyWishAnswer> {
    if (!ask()) return Promise.resolve({ code: 'agent-away' })
    const earlier = this.#wishes.get(hostId)
    if (earlier !== undefined) return earlier.answered
    let tell: Wish['tell'] = () => {}
    const answered = new Promise<KeyWishAnswer>((resolve) => {
      tell = resolve
    })
    const cancel = this.#options.timers.after(ANSWER_MS, () => this.#fulfil(hostId, { code: 'agent-silent' }))
    const told: Wish['tell'] = (answer) => {
      cancel()
      tell(answer)
    }
    this.#wishes.set(hostId, { by, answered, tell: told })
    return answered
  }

  /** A host names a key. `undefined`: it is its own already, and its config says so. */
  offered(hostId: HostId, wireguardKey: WireguardPublicKey): KeyMessageOfServer | undefined {
    const { service, crypto } = this.#options
    const { mesh, hosts } = service.state
    const host = largeMapGet(hosts, hostId)
    if (mesh === null || host === undefined || host.wireguardKey === wireguardKey) return undefined
    const state = issueKeyChallenge(crypto, { meshId: mesh.meshId, hostId, wireguardKey })
    this.#open.set(hostId, state)
    return { type: 'key-challenge', challenge: state.challenge }
  }

  /** A host shows that it holds a key. `undefined`: it is its own now. Each challenge is answered once, rightly or not. */
  async proven(hostId: HostId, proof: KeyProof, source: string | null): Promise<KeyRefused | undefined> {
    const { wireguardKey } = proof
    const refused = await this.#take(hostId, proof, source)
    this.#fulfil(hostId, refused ?? { code: 'rotated' })
    return refused && { type: 'key-refused', wireguardKey, ...refused }
  }

  /** The connection of a host ended: what it was asked in it can't be answered any more. */
  left(hostId: HostId): void {
    this.#open.delete(hostId)
  }

  /** The host is no more. */
  forget(hostId: HostId): void {
    this.left(hostId)
    this.#proofs.delete(hostId)
  }

  async #take(hostId: HostId, proof: KeyProof, source: string | null): Promise<Refusal | undefined> {
    const { service, crypto } = this.#options
    const state = this.#open.get(hostId)
    this.#open.delete(hostId)
    const host = largeMapGet(service.state.hosts, hostId)
    if (!this.#mayProve(hostId)) return refusals['too-many-keys']
    if (host === undefined) return refusals['key-challenge-unknown']
    const verified = verifyKeyProof(crypto, state, proof, host.identityKey)
    if (E.isLeft(verified)) return refusals[verified.left.code]
    const { wireguardKey } = verified.right
    const answer = await service.submit(
      { type: 'RotateHostKey', hostId, wireguardKey },
      this.#context(hostId, proof, source),
    )
    if (E.isRight(answer)) return undefined
    const error = answer.left
    if (isServiceError(error)) return ofService(error)
    return { code: error.code, message: describeMeshError(error).slice(0, 1000), isFinal: true }
  }

  #mayProve(hostId: HostId): boolean {
    const nowMs = this.#options.clock.monotonicMs()
    const bucket = this.#proofs.get(hostId) ?? new TokenBucket(PROOFS.burst, PROOFS.perSecond, nowMs)
    this.#proofs.set(hostId, bucket)
    return bucket.take(nowMs)
  }

  /** The host did it; who wanted it stands in the reason. */
  #context(hostId: HostId, proof: KeyProof, source: string | null): CommandContext {
    const by = this.#wishes.get(hostId)?.by
    const wanted = by && `asked for by ${by.actor}${by.reason === null ? '' : `: ${by.reason}`}`
    return {
      commandId: this.#commandIdOf(proof),
      actor: `host:${hostId}`,
      reason: wanted?.slice(0, LONGEST_REASON) ?? null,
      source,
    }
  }

  /** Of the proof: the same one is one command, however often it comes. */
  #commandIdOf({ signature }: KeyProof): CommandId {
    const hash = this.#options.crypto.sha256(new TextEncoder().encode(signature))
    return commandId(`rotate_${encodeBase64(hash.subarray(0, 24), 'url')}`)
  }

  #fulfil(hostId: HostId, answer: KeyWishAnswer): void {
    const wish = this.#wishes.get(hostId)
    this.#wishes.delete(hostId)
    wish?.tell(answer)
  }
}

type Refusal = Pick<KeyRefused, 'code' | 'message' | 'isFinal'>

const ofService = (error: ServiceError): Refusal => ({
  code: error.code,
  message: describeServiceError(error).slice(0, 1000),
  isFinal: false,
})

type OwnCode = 'too-many-keys' | 'key-challenge-unknown' | 'wireguard-key-not-proven' | 'identity-key-not-proven'

const refusals: { readonly [C in OwnCode]: Refusal } = {
  'too-many-keys': {
    code: 'too-many-keys',
    message: 'This host has shown several keys just now. Try again in a minute.',
    isFinal: false,
  },
  'key-challenge-unknown': {
    code: 'key-challenge-unknown',
    message: 'This server gave out no such challenge, or it was answered already. Name the key again.',
    isFinal: false,
  },
  'wireguard-key-not-proven': {
    code: 'wireguard-key-not-proven',
    message: 'The host did not prove that it holds the private key. It keeps the key that it has.',
    isFinal: true,
  },
  'identity-key-not-proven': {
    code: 'identity-key-not-proven',
    message: 'The proof is not signed by the identity key of this host. It keeps the key that it has.',
    isFinal: true,
  },
}
