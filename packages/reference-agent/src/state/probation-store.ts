/** What a host knows of how its changes fared, from one life of its agent to the next. */
import {
  type AsOf,
  ipAddressCodec,
  ipPrefixCodec,
  type ProbationState,
  type RevertedSection,
  type UnderlayContents,
  type UnderlaySection,
} from '@meshfold/core'
import * as t from 'io-ts'
import { type KeptState, keepInFile } from './kept-file.js'

/** Where an agent keeps how its changes fared. */
export type ProbationStore = KeptState<ProbationState>

const orNull = <A>(codec: t.Type<A, unknown>) => t.union([codec, t.null])

const routeCodec = t.strict({
  prefix: ipPrefixCodec,
  preferredSource: orNull(ipAddressCodec),
  metric: t.number,
})
const policyRouteCodec = t.strict({
  table: t.keyof({ tunnel: null, forwarded: null }),
  prefix: ipPrefixCodec,
  to: t.keyof({ mesh: null, outside: null, nowhere: null }),
  preferredSource: orNull(ipAddressCodec),
})
const family = t.union([t.literal(4), t.literal(6)])
const policyRuleCodec = t.union([
  t.strict({
    family,
    kind: t.keyof({
      mapped: null,
      forwarded: null,
      bypass: null,
      'own-bypass': null,
      'before-own-routes': null,
      'own-routes': null,
      everything: null,
    }),
  }),
  t.strict({
    family,
    kind: t.literal('outside-flow'),
    protocol: t.keyof({ tcp: null, udp: null }),
    address: orNull(ipAddressCodec),
    port: t.number,
  }),
  t.strict({ family, kind: t.literal('longer-own-routes'), to: ipPrefixCodec, longerThan: t.number }),
])
const contentsCodec = t.strict({
  policyRouting: t.strict({
    isBypassed: t.boolean,
    routes: t.array(policyRouteCodec),
    rules: t.array(policyRuleCodec),
  }),
  addresses: t.array(ipAddressCodec),
  routes: t.array(routeCodec),
  mtuBytes: t.number,
} satisfies Readonly<Record<keyof UnderlayContents, t.Mixed>>)
const asOfCodec: t.Type<AsOf, unknown> = t.strict({ epoch: t.number, revision: t.number })
const sections: Readonly<Record<UnderlaySection, null>> = {
  'full-tunnel': null,
  routes: null,
  addresses: null,
  mtu: null,
}
const revertedCodec: t.Type<RevertedSection, unknown> = t.strict({
  section: t.keyof(sections),
  asOf: asOfCodec,
  reason: t.literal('server-silent'),
  refused: t.string,
  proof: t.keyof({ awaited: null, 'server-came-back': null, 'made-no-difference': null, 'in-doubt': null }),
})

const storedCodec = t.strict({
  version: t.literal(1),
  confirmed: orNull(contentsCodec),
  pending: orNull(t.strict({ asOf: asOfCodec, contents: contentsCodec, isArmed: t.boolean })),
  reverted: t.array(revertedCodec),
  firstReverts: t.number,
})

/** A store in one file. One that can't be read is as none: what is in effect is judged anew, and nothing is reverted for it. */
export const createFileProbationStore = (file: string): ProbationStore =>
  keepInFile(file, {
    codec: storedCodec,
    read: ({ version: _, ...state }) => state,
    write: (state) => ({ version: 1, ...state }),
  })
