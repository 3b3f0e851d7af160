import type { IpFamily, PolicyRule, PolicyTable } from '@meshfold/core'
import { MARK_BITS_OF_KUBE_PROXY } from './linux-pitfalls.js'

/** The numbers by which an interface's policy routing is told from that of others. */
export interface PolicyNumbers {
  /** On packets that go by the host's own routes, whatever the rules say. */
  readonly mark: number
  /** On packets that came out of the mesh for a virtual range. */
  readonly mappedMark: number
  /** On flows, not packets: they began with a packet that came out of the mesh. */
  readonly cameMark: number
  readonly tables: Readonly<Record<PolicyTable, number>>
  readonly priorities: Readonly<Record<PolicyRule['kind'], number>>
  /** Of the rule that says nothing and stands after all the others. */
  readonly endPriority: number
}

/** Below the rule of the main table (32766) and those of wg-quick, above those of Tailscale (5210 to 5270). */
const FIRST_PRIORITY = 5399
const PRIORITIES_EACH = 8
const INTERFACES = 1024
const FIRST_MARK = 0x6d_66_00_00
/** No rule finds packets with it: others (wg-quick does) give packets the marks of their flows. */
const FLOW_BIT = 0x8_00

/**
 * Made of the interface's name, so that two interfaces of one host have two sets: 6d66 stands in front of marks and tables. Two names
 * in a thousand share their priorities, and then only one of them may have a full tunnel.
 */
export const policyNumbersOf = (interfaceName: string): PolicyNumbers => {
  const slot = hashOf(interfaceName) % INTERFACES
  const base = FIRST_MARK + slot * 2
  const first = FIRST_PRIORITY + slot * PRIORITIES_EACH
  return {
    mark: base,
    mappedMark: base + 1,
    cameMark: base | FLOW_BIT,
    tables: { tunnel: base, forwarded: base + 1 },
    priorities: {
      mapped: first,
      forwarded: first + 1,
      bypass: first + 2,
      'own-bypass': first + 2,
      'outside-flow': first + 3,
      // After flows or before them: own routes are where both lead.
      'longer-own-routes': first + 3,
      'before-own-routes': first + 4,
      'own-routes': first + 5,
      everything: first + 6,
    },
    endPriority: first + PRIORITIES_EACH - 1,
  }
}

/** An interface's mark, as tools take it. Bits of others stand beside it. */
export const markText = (interfaceName: string): string => hex(policyNumbersOf(interfaceName).mark)

/** The mark of what is for a virtual range, likewise. */
export const mappedMarkText = (interfaceName: string): string => hex(policyNumbersOf(interfaceName).mappedMark)

/** The mark of flows that came out of the mesh. A flow has a mark once: where somebody else gave it one, it keeps that. */
export const cameMarkText = (interfaceName: string): string => hex(policyNumbersOf(interfaceName).cameMark)

/** Which bits a mark is made of. */
export const markMask = (0xff_ff_ff_ff & ~MARK_BITS_OF_KUBE_PROXY) >>> 0

export const markMaskText = `0x${markMask.toString(16)}`

/** Both with their bits, as tools take them. */
export const maskedMarkText = (interfaceName: string): string => `${markText(interfaceName)}/${markMaskText}`

export const maskedMappedMarkText = (interfaceName: string): string =>
  `${mappedMarkText(interfaceName)}/${markMaskText}`

/**
 * The marks of all interfaces together: what one of them leaves outside, the others leave outside too. Two full tunnels would else send
 * each other's packets through each other for ever.
 */
export const everyMark = { mark: FIRST_MARK, mask: (markMask & ~((INTERFACES - 1) * 2)) >>> 0 }

export const everyMarkText = `0x${everyMark.mark.toString(16)}/0x${everyMark.mask.toString(16)}`

const hex = (mark: number): string => `0x${mark.toString(16)}`

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x81_1c_9d_c5
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01_00_01_93)
  return hash >>> 0
}

/** What `ip` calls it. */
export const familyFlag = (family: IpFamily): '-4' | '-6' => (family === 4 ? '-4' : '-6')
