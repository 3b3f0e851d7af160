/**
 * What a machine says of itself while enrolling: the `claims` of its proof, covered by both its signatures. The mesh hears it for
 * the first time here, as `EnrollHost`'s facts; its keys stand in the proof itself, and its control addresses are given to it.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeWith, type InvalidInput } from '../event-format/describe-decode-error.js'
import {
  endpointCandidatesCodec,
  hostSystemCodec,
  localPrefixesCodec,
  orNull,
  portCodec,
  shortList,
  shortText,
  wantedMtuCodec,
} from '../mesh/event-parts.js'
import type { Host } from '../mesh/mesh-state.js'
import { type HostCapability, hostCapabilities, hostNameCodec } from '../values/index.js'

/** A host's own facts, as its agent knows them. */
export type HostClaims = Pick<
  Host,
  'name' | 'system' | 'listenPort' | 'mtuBytes' | 'endpoints' | 'localPrefixes' | 'capabilities'
>

/** A newer agent may have capabilities that this server never heard of: they are left out, not refused. */
const knownCapabilitiesCodec: t.Type<readonly HostCapability[], unknown> = new t.Type<
  readonly HostCapability[],
  unknown
>(
  'host capabilities',
  (u): u is readonly HostCapability[] => Array.isArray(u) && u.every(isKnown),
  (u, context) => {
    const names = shortList(shortText(100), 64).validate(u, context)
    return names._tag === 'Left' ? names : t.success(names.right.filter(isKnown))
  },
  t.identity,
)

const isKnown = (u: unknown): u is HostCapability => hostCapabilities.includes(u as HostCapability)

/** {@link HostClaims} as JSON inside a proof. */
export const hostClaimsCodec: t.Type<HostClaims, unknown> = t.readonly(
  t.strict({
    name: hostNameCodec,
    system: hostSystemCodec,
    listenPort: portCodec,
    mtuBytes: orNull(wantedMtuCodec),
    endpoints: endpointCandidatesCodec,
    localPrefixes: localPrefixesCodec,
    capabilities: knownCapabilitiesCodec,
  }),
  'HostClaims',
) as t.Type<HostClaims, unknown>

/** The `claims` of a proof. */
export const encodeHostClaims = (claims: HostClaims): string => JSON.stringify(claims)

/** Reads the `claims` of a proof. Never throws. */
export const decodeHostClaims = (claims: string): E.Either<InvalidInput, HostClaims> => {
  const json = E.tryCatch(
    () => JSON.parse(claims) as unknown,
    (): InvalidInput => ({
      code: 'invalid-input',
      problems: [{ path: '$', message: 'no JSON' }],
      message: '$: no JSON',
    }),
  )
  return E.isLeft(json) ? json : decodeWith(hostClaimsCodec, json.right)
}
