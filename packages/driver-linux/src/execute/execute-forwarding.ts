import type { HostChange, IpFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FirewallBackend } from '../firewall/firewall-backend.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { observeForwarding, readSwitches } from '../observe/observe-forwarding.js'
import {
  forwardingKeys,
  setSwitches,
  showForwarding,
  showTouchedByForwarding,
  switchForwarding,
} from '../render/forwarding-commands.js'
import { withBackend } from './execute-firewall.js'

const ACTION = 'set-forwarding'

type SetForwarding = Extract<HostChange, { kind: 'set-forwarding' }>

/**
 * On where it is off, and off where we switched it on, unless another mesh on this host goes on with it. What is remembered comes first,
 * and is forgotten last.
 */
export const executeSetForwarding = (host: LinuxHost, change: SetForwarding): Outcome =>
  withBackend(host, ACTION, (backend) => setForwarding(host, backend, change))

async function setForwarding(host: LinuxHost, backend: FirewallBackend, { family, isOn }: SetForwarding): Outcome {
  const tables = await backend.find(ACTION, 'outline')
  if (E.isLeft(tables)) return tables
  const found = await observeForwarding(host, tables.right?.wasOff ?? [], ACTION)
  if (E.isLeft(found)) return found
  const state = found.right.get(family)
  if (!isOn) {
    if (state !== 'switched-on') return E.right(undefined)
    const isHandedOver = await backend.handOverOff(family, ACTION)
    if (E.isLeft(isHandedOver)) return isHandedOver
    if (isHandedOver.right) return E.right(undefined)
    const off = await turn(host, family, false)
    return E.isLeft(off) ? off : backend.forgetOff(family, ACTION)
  }
  if (state !== 'off') return E.right(undefined)
  const remembered = await backend.rememberOff(family, ACTION)
  return E.isLeft(remembered) ? remembered : turn(host, family, true)
}

/**
 * In one process, so that nothing comes between what the kernel changes besides and its being put back. Another mesh's agent may do the
 * same in this moment: what was seen of interfaces is how they were before that only if the switch is not turned even afterwards.
 */
async function turn(host: LinuxHost, family: IpFamily, isOn: boolean): Outcome {
  const touched = await run(host, showTouchedByForwarding(family), ACTION)
  if (E.isLeft(touched)) return touched
  const switches = await run(host, showForwarding, ACTION)
  if (E.isLeft(switches)) return switches
  if (readSwitches(switches.right).get(forwardingKeys[family]) === (isOn ? '1' : '0')) return E.right(undefined)
  return runAll(host, [setSwitches(switchForwarding(family, isOn, readSwitches(touched.right)))], ACTION)
}
