/** Events of policies, their tests, the default policy: a line in each table for each of them. */
import {
  type DefaultPolicySwitched,
  defaultPolicySwitchedCodec,
  evolveDefaultPolicySwitched,
} from '../events/default-policy-switched.js'
import { evolvePolicyAdded, type PolicyAdded, policyAddedCodec } from '../events/policy-added.js'
import { evolvePolicyRemoved, type PolicyRemoved, policyRemovedCodec } from '../events/policy-removed.js'
import { evolvePolicyTestAdded, type PolicyTestAdded, policyTestAddedCodec } from '../events/policy-test-added.js'
import {
  evolvePolicyTestRemoved,
  type PolicyTestRemoved,
  policyTestRemovedCodec,
} from '../events/policy-test-removed.js'
import { evolvePolicyUpdated, type PolicyUpdated, policyUpdatedCodec } from '../events/policy-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of policies, their tests and the default policy. */
export type PolicyEvent =
  | DefaultPolicySwitched
  | PolicyAdded
  | PolicyRemoved
  | PolicyTestAdded
  | PolicyTestRemoved
  | PolicyUpdated

export const policyEvents: EventTables<PolicyEvent> = {
  recipes: {
    DefaultPolicySwitched: evolveDefaultPolicySwitched,
    PolicyAdded: evolvePolicyAdded,
    PolicyRemoved: evolvePolicyRemoved,
    PolicyTestAdded: evolvePolicyTestAdded,
    PolicyTestRemoved: evolvePolicyTestRemoved,
    PolicyUpdated: evolvePolicyUpdated,
  },
  codecs: {
    DefaultPolicySwitched: defaultPolicySwitchedCodec,
    PolicyAdded: policyAddedCodec,
    PolicyRemoved: policyRemovedCodec,
    PolicyTestAdded: policyTestAddedCodec,
    PolicyTestRemoved: policyTestRemovedCodec,
    PolicyUpdated: policyUpdatedCodec,
  },
  versions: {
    DefaultPolicySwitched: 1,
    PolicyAdded: 1,
    PolicyRemoved: 1,
    PolicyTestAdded: 1,
    PolicyTestRemoved: 1,
    PolicyUpdated: 1,
  },
}
