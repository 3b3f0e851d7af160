import { isPublicAddress } from '../mesh/listeners.js'
import type { Host, Network } from '../mesh/mesh-state.js'
import { endpointAddress, prefixContainsAddress, type UdpEndpoint } from '../values/index.js'

/**
 * Where a device that knows nothing else reaches a gateway: at what its operator declared, else at a public address of its own, else
 * at how others see it; in a network inside one company's, at any of its addresses (`privateUnderlay`). The first of its kind, as the host's list
 * is in order of preference. `undefined`: nowhere.
 */
export const gatewayEndpoint = (
  { endpoints, excludedPrefixes }: Pick<Host, 'endpoints' | 'excludedPrefixes'>,
  { settings }: Pick<Network, 'settings'>,
): UdpEndpoint | undefined => {
  const usable = endpoints.filter(
    ({ endpoint, origin }) =>
      origin !== 'local' ||
      !excludedPrefixes.some((prefix) => prefixContainsAddress(prefix, endpointAddress(endpoint))),
  )
  const isPublic = ({ endpoint }: (typeof usable)[number]) => isPublicAddress(endpointAddress(endpoint))
  const found =
    usable.find((each) => each.origin === 'declared' && isPublic(each)) ??
    usable.find((each) => each.origin === 'local' && isPublic(each)) ??
    usable.find(isPublic) ??
    (settings.privateUnderlay ? (usable.find(({ origin }) => origin === 'declared') ?? usable[0]) : undefined)
  return found?.endpoint
}
