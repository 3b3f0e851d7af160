/**
 * Rules. Those that lead outside go to one that says nothing and stands after all of ours, so that whatever the host asks besides its main
 * table is asked: it is there as long as one of them is.
 */
import type { PolicyRule } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAll } from '../linux-host.js'
import { observePolicyRules } from '../observe/observe-policy-routing.js'
import { areRulesSettled, isLeadingOutside } from '../observe/parse-policy-json.js'
import { families } from '../render/nft-words.js'
import {
  addPolicyRule,
  addRulesEnd,
  deleteOutdatedRule,
  deletePolicyRule,
  deleteRulesEnd,
} from '../render/policy-commands.js'

/** Again is nothing new. */
export function addRule(host: LinuxHost, rule: PolicyRule): Outcome {
  const { interfaceName } = host
  const before = isLeadingOutside(rule) ? [addRulesEnd(interfaceName, rule.family)] : []
  return runAll(host, [...before, addPolicyRule(interfaceName, rule)], 'add-policy-rule')
}

/** Exactly this one, whichever version wrote it. */
export async function removeRule(host: LinuxHost, rule: PolicyRule): Outcome {
  const { interfaceName } = host
  const action = 'remove-policy-rule'
  const command = deletePolicyRule(interfaceName, rule)
  if (!isLeadingOutside(rule)) return runAll(host, [command], action)
  const found = await observePolicyRules(host, rule.family, action)
  if (E.isLeft(found)) return found
  const { rules, outdated } = found.right
  const isThis = (other: PolicyRule) => deletePolicyRule(interfaceName, other).args.join() === command.args.join()
  const old = outdated.filter((each) => isThis(each.rule)).map((each) => deleteOutdatedRule(interfaceName, each))
  const isLast = !rules.some((other) => isLeadingOutside(other) && !isThis(other))
  const end = isLast ? [deleteRulesEnd(interfaceName, rule.family)] : []
  return runAll(host, [...old, command, ...end], action)
}

/** What an earlier version wrote is written as today before it goes, so that nothing is taken into the tunnel meanwhile. */
export async function settleRules(host: LinuxHost, action: string): Outcome {
  const { interfaceName } = host
  for (const family of families) {
    const found = await observePolicyRules(host, family, action)
    if (E.isLeft(found)) return found
    if (areRulesSettled(found.right)) continue
    const { rules, outdated } = found.right
    const end = rules.some(isLeadingOutside) ? addRulesEnd : deleteRulesEnd
    const anew = outdated.flatMap((each) => [
      addPolicyRule(interfaceName, each.rule),
      deleteOutdatedRule(interfaceName, each),
    ])
    const settled = await runAll(host, [end(interfaceName, family), ...anew], action)
    if (E.isLeft(settled)) return settled
  }
  return E.right(undefined)
}
