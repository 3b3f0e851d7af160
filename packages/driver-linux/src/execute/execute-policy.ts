import { type HostChange, type PolicyRoute, prefixFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { MarkBackend } from '../firewall/mark-backend.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { readSwitches } from '../observe/observe-forwarding.js'
import { observePolicyRoutes } from '../observe/observe-policy-routing.js'
import { policyNumbersOf } from '../policy-numbers.js'
import { bypassSwitches, showBypassSwitches } from '../render/bypass-commands.js'
import { setSwitches } from '../render/forwarding-commands.js'
import { acceptAsymmetry, deletePolicyRoute, setPolicyRoute } from '../render/policy-commands.js'
import { addRule, removeRule, settleRules } from './execute-policy-rule.js'
import { findOwnLink } from './find-link.js'
import { setDevice } from './set-device.js'

type PolicyChange = Extract<
  HostChange,
  { kind: 'set-bypass' | 'add-policy-route' | 'remove-policy-route' | 'add-policy-rule' | 'remove-policy-rule' }
>

/** A host that can mark what stays outside. */
export type MarkingHost = LinuxHost & { readonly marks: MarkBackend }

/** Everything about policy routing. */
export async function executePolicyChange(host: MarkingHost, change: PolicyChange): Outcome {
  const { interfaceName } = host
  switch (change.kind) {
    case 'set-bypass':
      return change.isOn ? switchBypassOn(host) : switchBypassOff(host)
    case 'add-policy-route': {
      const { route } = change
      const before = route.to === 'mesh' ? [acceptAsymmetry(interfaceName)] : []
      return runAll(host, [...before, setPolicyRoute(interfaceName, route)], change.kind)
    }
    case 'remove-policy-route':
      return removePolicyRoute(host, change.route)
    case 'add-policy-rule':
      return addRule(host, change.rule)
    case 'remove-policy-rule':
      return removeRule(host, change.rule)
  }
}

/** `ip -6 route del` ignores the source: a route is deleted only when exactly it is there. */
async function removePolicyRoute(host: LinuxHost, route: PolicyRoute): Outcome {
  const action = 'remove-policy-route'
  const found = await observePolicyRoutes(host, prefixFamily(route.prefix), action)
  if (E.isLeft(found)) return found
  const isThere = found.right.some(
    ({ table, prefix, to, preferredSource }) =>
      table === route.table && prefix === route.prefix && to === route.to && preferredSource === route.preferredSource,
  )
  return isThere ? runAll(host, [deletePolicyRoute(host.interfaceName, route)], action) : E.right(undefined)
}

const ACTION = 'set-bypass'

/** What was off is remembered before it is switched on. */
async function switchBypassOn(host: MarkingHost): Outcome {
  const marks = await host.marks.find(ACTION)
  if (E.isLeft(marks)) return marks
  const shown = await run(host, showBypassSwitches, ACTION)
  if (E.isLeft(shown)) return shown
  const values = readSwitches(shown.right)
  const off = bypassSwitches.filter((each) => values.get(each) === '0')
  const wereOff = bypassSwitches.filter((each) => off.includes(each) || marks.right?.wereOff.includes(each) === true)
  const marking = await host.marks.set(wereOff, ACTION)
  if (E.isLeft(marking)) return marking
  const switches = off.length === 0 ? [] : [setSwitches(off.map((each) => `${each}=1`))]
  const done = await runAll(host, switches, ACTION)
  if (E.isLeft(done)) return done
  const marked = await setDevice(host, { mark: policyNumbersOf(host.interfaceName).mark }, ACTION)
  return E.isLeft(marked) ? marked : settleRules(host, ACTION)
}

/** Only what was off before is switched off again. */
async function switchBypassOff(host: MarkingHost): Outcome {
  const marks = await host.marks.find(ACTION)
  if (E.isLeft(marks)) return marks
  const link = await findOwnLink(host, ACTION)
  if (E.isLeft(link)) return link
  const unmarked = link.right === undefined ? E.right(undefined) : await setDevice(host, { mark: 0 }, ACTION)
  if (E.isLeft(unmarked)) return unmarked
  const wereOff = marks.right?.wereOff ?? []
  const switches = wereOff.length === 0 ? [] : [setSwitches(wereOff.map((each) => `${each}=0`))]
  const switched = await runAll(host, switches, ACTION)
  const removed = E.isLeft(switched) ? switched : await host.marks.remove(ACTION)
  return E.isLeft(removed) ? removed : settleRules(host, ACTION)
}
