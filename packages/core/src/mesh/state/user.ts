import type { ApiTokenId, EpochMs, GroupId, NetworkId, UserId } from '../../values/index.js'

/** A person that signs in (G2). How is the server's business: no password, nor its hash, is ever in an event. */
export interface User {
  readonly userId: UserId
  /** What it signs in with; unique. */
  readonly login: string
  readonly displayName: string
  readonly createdAtEpochMs: EpochMs
  readonly role: Role
  /** Networks that a `network-admin` administers, or that a `user` may use; sorted. Others have all. */
  readonly networkIds: readonly NetworkId[]
  readonly signIn: SignIn
  /** Sorted. */
  readonly groupIds: readonly GroupId[]
  readonly disabled: boolean
}

/** From the most to the least: who may change what is the server's table, who may raise whom is a rule here. */
export type Role = 'owner' | 'admin' | 'network-admin' | 'auditor' | 'user'

/** How a user proves who they are; the server checks it. */
export type SignIn =
  | { readonly kind: 'password' }
  /** Issuer and subject are the identity, not the mail address. */
  | { readonly kind: 'oidc'; readonly issuer: string; readonly subject: string }

/** Users that policies name together. */
export interface Group {
  readonly groupId: GroupId
  /** Unique. */
  readonly name: string
  /** Sorted. */
  readonly userIds: readonly UserId[]
}

/** A key for programs. Its secret was shown once. */
export interface ApiToken {
  readonly apiTokenId: ApiTokenId
  readonly userId: UserId
  readonly name: string
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string
  readonly scope: 'read' | 'write'
  readonly createdAtEpochMs: EpochMs
  /** `null`: never. */
  readonly expiresAtEpochMs: EpochMs | null
}
