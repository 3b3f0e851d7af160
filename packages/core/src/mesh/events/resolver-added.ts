import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { resolverContentProps, resolverIdentityProps } from '../dns-codecs.js'
import { putResolver } from '../dns-entries.js'
import { shortText } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/** Hosts of a network ask these servers about some domains from now on, and about nothing else. */
export type ResolverAdded = t.TypeOf<typeof resolverAddedCodec>

export const resolverAddedCodec = t.type(
  {
    type: t.literal('ResolverAdded'),
    atEpochMs: epochMsCodec,
    ...resolverIdentityProps,
    name: shortText(64),
    ...resolverContentProps,
  },
  'ResolverAdded',
)

export const evolveResolverAdded = (draft: MeshDraft, event: ResolverAdded): void => {
  const { type: _type, atEpochMs: _at, ...resolver } = event
  putResolver(draft, resolver)
}
