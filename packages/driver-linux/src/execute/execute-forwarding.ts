import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { observeForwarding, readSwitches } from '../observe/observe-forwarding.js'
import {
  forgetOff,
  forwardingKeys,
  rememberOff,
  setSwitches,
  showForwardingOfInterfaces,
} from '../render/forwarding-commands.js'

const ACTION = 'set-forwarding'

/** On where it is off, and off where we switched it on. What is remembered comes first, and is forgotten last. */
export async function executeSetForwarding(
  host: LinuxHost,
  { family, isOn }: Extract<HostChange, { kind: 'set-forwarding' }>,
): Outcome {
  const found = await observeForwarding(host, ACTION)
  if (E.isLeft(found)) return found
  const key = forwardingKeys[family]
  const state = found.right.get(family)
  if (!isOn)
    return state === 'switched-on'
      ? runAll(host, [setSwitches([`${key}=0`]), forgetOff(host.interfaceName, family)], ACTION)
      : E.right(undefined)
  if (state !== 'off') return E.right(undefined)
  const remembered = await runAll(host, [rememberOff(host.interfaceName, family)], ACTION)
  if (E.isLeft(remembered)) return remembered
  return family === 4 ? runAll(host, [setSwitches([`${key}=1`])], ACTION) : switchIpv6On(host, key)
}

/**
 * The switch for all interfaces sets each interface's own as well, and an interface that forwards takes no router advertisements: the host
 * could lose its default route. So each gets its own back; that of all is what the kernel asks when it passes packets on.
 */
async function switchIpv6On(host: LinuxHost, key: string): Outcome {
  const shown = await run(host, showForwardingOfInterfaces, ACTION)
  if (E.isLeft(shown)) return shown
  const off = [...readSwitches(shown.right)].filter(([each, value]) => value === '0' && each !== key)
  return runAll(host, [setSwitches([`${key}=1`, ...off.map(([each]) => `${each}=0`)])], ACTION)
}
