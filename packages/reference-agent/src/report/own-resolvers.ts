/** Whom a host asks for names, as others may ask them too (D5). Pure. */
import {
  addressRefusal,
  type HostConfig,
  type IpAddress,
  maxHostResolvers,
  type ObservedHost,
  prefixContainsAddress,
} from '@meshfold/core'

/**
 * The servers that a host asks besides the mesh's, while it is an internet gateway for others. Left out is what only the host itself
 * reaches: its own addresses, loopback, one link; and what is the mesh's.
 */
export function ownResolvers(
  { names, underlayAddresses }: Pick<ObservedHost, 'names' | 'underlayAddresses'>,
  config: Pick<HostConfig, 'own' | 'ranges'> | undefined,
): readonly IpAddress[] {
  if (config?.own.memberships.some(({ isInternetGateway }) => isInternetGateway) !== true) return []
  const ownAddresses = new Set(underlayAddresses.map(({ address }) => address))
  const isForOthers = (server: IpAddress) =>
    addressRefusal(server) === undefined &&
    !ownAddresses.has(server) &&
    !config.ranges.some((range) => prefixContainsAddress(range, server))
  return [...new Set(names.elsewhere.filter(isForOthers))].slice(0, maxHostResolvers)
}
