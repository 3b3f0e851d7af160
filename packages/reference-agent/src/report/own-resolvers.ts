/** Whom a host asks for names, as others may ask them too (D5). Pure. */
import {
  addressRefusal,
  type HostConfig,
  type IpAddress,
  maxHostResolvers,
  type ObservedHost,
  prefixContainsAddress,
  prefixLength,
} from '@meshfold/core'

/**
 * The servers that a host asks besides the mesh's, while others reach the internet through it. Left out is what only the host itself
 * reaches: its own addresses, loopback, one link; and what is the mesh's.
 */
export function ownResolvers(
  { names, underlayAddresses }: Pick<ObservedHost, 'names' | 'underlayAddresses'>,
  config: Pick<HostConfig, 'own' | 'routing' | 'ranges'> | undefined,
): readonly IpAddress[] {
  if (config === undefined || !leadsOthers(config)) return []
  const ownAddresses = new Set(underlayAddresses.map(({ address }) => address))
  const isForOthers = (server: IpAddress) =>
    addressRefusal(server) === undefined &&
    !ownAddresses.has(server) &&
    !config.ranges.some((range) => prefixContainsAddress(range, server))
  return [...new Set(names.elsewhere.filter(isForOthers))].slice(0, maxHostResolvers)
}

/** As an internet gateway, or as the router of everything. */
const leadsOthers = ({ own, routing }: Pick<HostConfig, 'own' | 'routing'>): boolean =>
  own.memberships.some(({ isInternetGateway }) => isInternetGateway) ||
  routing.some(({ ranges }) => ranges.some((range) => prefixLength(range) === 0))
