/** Commands about policies, their tests, the default policy: a line in each table for each of them. */
import { type AddPolicy, addPolicyCodec, decideAddPolicy } from '../add-policy.js'
import { type AddPolicyTest, addPolicyTestCodec, decideAddPolicyTest } from '../add-policy-test.js'
import { decideRemovePolicy, type RemovePolicy, removePolicyCodec } from '../remove-policy.js'
import { decideRemovePolicyTest, type RemovePolicyTest, removePolicyTestCodec } from '../remove-policy-test.js'
import {
  decideSwitchDefaultPolicy,
  type SwitchDefaultPolicy,
  switchDefaultPolicyCodec,
} from '../switch-default-policy.js'
import { decideUpdatePolicy, type UpdatePolicy, updatePolicyCodec } from '../update-policy.js'
import type { CommandTables } from './command-tables.js'

/** Commands about policies, their tests and the default policy. */
export type PolicyCommand =
  | AddPolicy
  | AddPolicyTest
  | RemovePolicy
  | RemovePolicyTest
  | SwitchDefaultPolicy
  | UpdatePolicy

export const policyCommands: CommandTables<PolicyCommand> = {
  codecs: {
    AddPolicy: addPolicyCodec,
    AddPolicyTest: addPolicyTestCodec,
    RemovePolicy: removePolicyCodec,
    RemovePolicyTest: removePolicyTestCodec,
    SwitchDefaultPolicy: switchDefaultPolicyCodec,
    UpdatePolicy: updatePolicyCodec,
  },
  rules: {
    AddPolicy: decideAddPolicy,
    AddPolicyTest: decideAddPolicyTest,
    RemovePolicy: decideRemovePolicy,
    RemovePolicyTest: decideRemovePolicyTest,
    SwitchDefaultPolicy: decideSwitchDefaultPolicy,
    UpdatePolicy: decideUpdatePolicy,
  },
}
