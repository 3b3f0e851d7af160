import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { resolverIdentityProps } from '../dns-codecs.js'
import { dropResolver } from '../dns-entries.js'
import type { MeshDraft } from '../mesh-state.js'

/** Hosts of a network ask a resolver's servers about its domains no more. */
export type ResolverRemoved = t.TypeOf<typeof resolverRemovedCodec>

export const resolverRemovedCodec = t.type(
  {
    type: t.literal('ResolverRemoved'),
    atEpochMs: epochMsCodec,
    ...resolverIdentityProps,
    cause: t.keyof({ removed: null, 'network-removed': null }),
  },
  'ResolverRemoved',
)

export const evolveResolverRemoved = (draft: MeshDraft, { resolverId }: ResolverRemoved): void =>
  dropResolver(draft, resolverId)
