/** How fragments are read from the wire. Strict: unknown fields are dropped, unknown kinds refused. */
import type * as t from 'io-ts'
import type { Fragment } from '../host-config/fragment.js'
import { asCodec } from './fragments/codec-parts.js'
import { egressCodec, routerCodec } from './fragments/egress-codecs.js'
import { hostCodec, nodeCodec, pairCodec, selfCodec } from './fragments/host-codecs.js'
import { dnsCodec, namesCodec } from './fragments/name-codecs.js'
import { membersCodec, networkCodec, setCodec } from './fragments/network-codecs.js'
import { classCodec, clientCodec, clientsCodec, internetCodec, relayingCodec } from './fragments/policy-codecs.js'
import { tagged } from './tagged-codec.js'

/** Reads a fragment of any kind; whether its version is right is for `applyPatch` to see. */
export const fragmentCodec: t.Type<Fragment, unknown> = tagged<Fragment>(
  'Fragment',
  'kind',
  new Map<Fragment['kind'], t.Type<Fragment, unknown>>([
    ['self', asCodec(selfCodec)],
    ['host', asCodec(hostCodec)],
    ['node', asCodec(nodeCodec)],
    ['network', asCodec(networkCodec)],
    ['members', asCodec(membersCodec)],
    ['set', asCodec(setCodec)],
    ['names', asCodec(namesCodec)],
    ['dns', asCodec(dnsCodec)],
    ['class', asCodec(classCodec)],
    ['relaying', asCodec(relayingCodec)],
    ['internet', asCodec(internetCodec)],
    ['clients', asCodec(clientsCodec)],
    ['client', asCodec(clientCodec)],
    ['egress', asCodec(egressCodec)],
    ['router', asCodec(routerCodec)],
    ['pair', asCodec(pairCodec)],
  ]),
)
