import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { resolverContentProps, resolverIdentityProps } from '../dns-codecs.js'
import { putResolver } from '../dns-entries.js'
import { shortText } from '../event-parts.js'
import { largeMapHas } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A resolver has other servers or domains: all of it, as it is from now on. */
export type ResolverUpdated = t.TypeOf<typeof resolverUpdatedCodec>

export const resolverUpdatedCodec = t.type(
  {
    type: t.literal('ResolverUpdated'),
    atEpochMs: epochMsCodec,
    ...resolverIdentityProps,
    name: shortText(64),
    ...resolverContentProps,
  },
  'ResolverUpdated',
)

export const evolveResolverUpdated = (draft: MeshDraft, event: ResolverUpdated): void => {
  const { type: _type, atEpochMs: _at, ...resolver } = event
  if (largeMapHas(draft.resolvers, event.resolverId)) putResolver(draft, resolver)
}
