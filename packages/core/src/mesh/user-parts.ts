/** Pieces that events and commands about users share, with their codecs. */
import * as t from 'io-ts'
import { checked, shortText } from './event-parts.js'
import { kindCodec } from './kind-codec.js'
import type { Role, SignIn } from './mesh-state.js'

/** OpenID Connect Core §2 allows a subject 255 ASCII characters; issuers are no longer. */
const longestIdentity = 255

const identityPart = checked(
  `a text of 1 to ${longestIdentity} characters, without control characters`,
  (u): u is string => shortText(longestIdentity).is(u) && u !== '',
)

export const roleCodec: t.Type<Role, unknown> = t.keyof({
  owner: null,
  admin: null,
  'network-admin': null,
  auditor: null,
  user: null,
})

/** More fields than these would be a password on its way into the log: they are refused. */
export const signInCodec: t.Type<SignIn, unknown> = kindCodec<SignIn, 'kind'>('how a user signs in', 'kind', {
  password: {},
  oidc: { issuer: identityPart, subject: identityPart },
})

export const tokenScopeCodec = t.keyof({ read: null, write: null })

/** How many users one command may put into a group or take out of it. */
export const maxGroupChange = 1000

/** How many networks a user may be given one by one. */
export const maxUserNetworks = 200
