/** Whom a host asks for names, as others may ask them too (D5). Pure. */
import {
  addressRefusal,
  type HostConfig,
  type IpAddress,
  maxHostResolvers,
  type NetworkId,
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
  if (config === undefined || internetNetworks(config).size === 0) return []
  const ownAddresses = new Set(underlayAddresses.map(({ address }) => address))
  const isForOthers = (server: IpAddress) =>
    addressRefusal(server) === undefined &&
    !ownAddresses.has(server) &&
    !config.ranges.some((range) => prefixContainsAddress(range, server))
  return [...new Set(names.elsewhere.filter(isForOthers))].slice(0, maxHostResolvers)
}

/**
 * Where those who send everything through this host are told nobody to ask, and go on asking whom they asked: networks without DNS, while
 * the host itself asks only what others can't, or nobody. In words, with the way out.
 */
export const withoutResolvers = (
  observed: Parameters<typeof ownResolvers>[0],
  config: Pick<HostConfig, 'own' | 'ranges' | 'networks' | 'dns'>,
): readonly string[] => {
  if (ownResolvers(observed, config).length > 0) return []
  const concerned = internetNetworks(config)
  const served = new Set(config.dns.flatMap(({ networkId, servers }) => (servers.length > 0 ? [networkId] : [])))
  return config.networks
    .filter(({ networkId }) => concerned.has(networkId) && !served.has(networkId))
    .map(
      ({ name }) =>
        `Who sends everything through this host in ${name} is told nobody to ask for names: this host knows no server that others reach too. Set the network's DNS: meshfold network update ${name} --dns <address>`,
    )
}

/** Those that it leads to the internet. */
const internetNetworks = ({ own }: Pick<HostConfig, 'own'>): ReadonlySet<NetworkId> =>
  new Set(own.memberships.flatMap(({ isInternetGateway, networkId }) => (isInternetGateway ? [networkId] : [])))
