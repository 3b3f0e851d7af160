/** What of a config can't take effect on its host, and why, in English. */
import { comparePrefixes, type IpPrefix } from '../values/index.js'
import { isAroundOwnRange } from './around-underlay.js'
import type { SelfFragment } from './fragment.js'
import type { HostConfig, RefusedPart } from './host-config.js'
import { asksOwnTables } from './own-tables.js'

/** A prefix that the host reaches by its own LAN, whatever the mesh says. */
export interface KeptByLan {
  readonly prefix: IpPrefix
  readonly lan: IpPrefix
  readonly networkName: string
}

/** E7: what the host's own LAN keeps. */
export const ownLanParts = (kept: readonly KeptByLan[]): readonly RefusedPart[] =>
  [...kept]
    .sort((a, b) => comparePrefixes(a.prefix, b.prefix))
    .map(({ prefix, lan, networkName }) => ({
      part: 'egress',
      capability: null,
      reason: `${prefix} of network "${networkName}" is not used: this host has ${lan} at its own interfaces. The node may prefer the mesh (ownLan).`,
    }))

/** What can't be routed without leading the tunnel into itself (E5), or a range of this host's own into the mesh (E10). */
export const aroundUnderlayParts = (
  config: Pick<HostConfig, 'own' | 'routing'>,
  aroundUnderlay: readonly IpPrefix[],
): readonly RefusedPart[] =>
  asksOwnTables(config.own)
    ? []
    : aroundUnderlay.map((prefix) => ({
        part: 'egress',
        capability: 'full-tunnel',
        reason: isAroundOwnRange(config, prefix)
          ? `${prefix} is not used: this host routes a part of it itself, and the driver can not keep the packets for that out of the tunnel.`
          : `${prefix} is not used: an endpoint may lie there, and the driver can not keep the packets of the tunnel out of it.`,
      }))

/** What the host's driver can't do of what the mesh asks. */
export const lackingParts = (own: SelfFragment, hasTunnel: boolean): readonly RefusedPart[] => {
  const can = (capability: SelfFragment['capabilities'][number]) => own.capabilities.includes(capability)
  const refused: RefusedPart[] = []
  if (own.memberships.length > 0 && !can('filter'))
    refused.push({
      part: 'filter',
      capability: 'filter',
      reason: 'This host enforces no policy: its driver has no packet filter.',
    })
  if (own.memberships.some((part) => part.isIdleGateway || part.routerOf.length > 0) && !can('forward'))
    refused.push({
      part: 'forward',
      capability: 'forward',
      reason: 'This host passes nothing on: its driver can not forward.',
    })
  if (hasTunnel && !can('full-tunnel'))
    refused.push({
      part: 'full-tunnel',
      capability: 'full-tunnel',
      reason: 'Internet traffic goes its own way: the driver has no full tunnel.',
    })
  if (own.memberships.length > 0 && !can('names'))
    refused.push({
      part: 'names',
      capability: 'names',
      reason: 'Names of the mesh are not resolved: the driver leaves the resolver alone.',
    })
  return refused
}
