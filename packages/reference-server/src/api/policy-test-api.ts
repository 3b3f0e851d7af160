/** Whether what must be so of the policies is so. */
import { networkIdCodec, policyTestIdCodec } from '@meshfold/core'
import * as t from 'io-ts'
import { orNull } from './api-codecs.js'
import { testEnd } from './explain-api.js'

const result = t.readonly(
  t.strict({
    policyTestId: policyTestIdCodec,
    name: t.string,
    from: testEnd,
    to: testEnd,
    protocol: t.keyof({ tcp: null, udp: null, icmp: null }),
    port: orNull(t.number),
    expect: t.keyof({ allow: null, deny: null }),
    verdict: t.keyof({ holds: null, broken: null }),
    /** For each two addresses that the test stands for, the policy that allows it, `everyone`, or `null`. */
    allowedBy: t.readonlyArray(orNull(t.string)),
  }),
)

/** What the policies of a network say now to each of its tests, by id. */
export const policyTestsAnswer = t.readonly(t.strict({ networkId: networkIdCodec, tests: t.readonlyArray(result) }))
export type PolicyTestsAnswer = t.TypeOf<typeof policyTestsAnswer>
