import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FirewallBackend } from '../firewall/firewall-backend.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { observeForwarding, readSwitches } from '../observe/observe-forwarding.js'
import { forwardingKeys, setSwitches, showForwardingOfInterfaces } from '../render/forwarding-commands.js'
import { withBackend } from './execute-firewall.js'

const ACTION = 'set-forwarding'

type SetForwarding = Extract<HostChange, { kind: 'set-forwarding' }>

/** On where it is off, and off where we switched it on. What is remembered comes first, and is forgotten last. */
export const executeSetForwarding = (host: LinuxHost, change: SetForwarding): Outcome =>
  withBackend(host, ACTION, (backend) => setForwarding(host, backend, change))

async function setForwarding(host: LinuxHost, backend: FirewallBackend, { family, isOn }: SetForwarding): Outcome {
  const tables = await backend.find(ACTION, 'outline')
  if (E.isLeft(tables)) return tables
  const found = await observeForwarding(host, tables.right?.wasOff ?? [], ACTION)
  if (E.isLeft(found)) return found
  const key = forwardingKeys[family]
  const state = found.right.get(family)
  if (!isOn) {
    if (state !== 'switched-on') return E.right(undefined)
    const off = await runAll(host, [setSwitches([`${key}=0`])], ACTION)
    return E.isLeft(off) ? off : backend.forgetOff(family, ACTION)
  }
  if (state !== 'off') return E.right(undefined)
  const remembered = await backend.rememberOff(family, ACTION)
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
