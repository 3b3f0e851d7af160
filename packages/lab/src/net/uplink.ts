/** A host's cable to a router, and the lines of `ip -batch` that configure its two ends. */
import type { Host } from './host.js'
import type { AddressPair } from './router-rules.js'
import type { Wire } from './wire.js'

/** A host's cable to a router. */
export interface Uplink {
  readonly host: Host
  readonly interfaceName: string
  readonly routerPort: string
  /** Changes by `readdress`. */
  readonly address: AddressPair
  /** The delaying wire it runs through, if any. */
  readonly wire: Wire | undefined
}

/** The address of every router on the host's side of its cable. */
const gateway = { ipv4: '169.254.1.1', ipv6: 'fe80::1' }

/** The router's side of a new cable. */
export function routerLines(uplink: Uplink): readonly string[] {
  const { routerPort } = uplink
  return [
    `link set ${routerPort} up`,
    `addr add ${gateway.ipv4}/32 dev ${routerPort}`,
    `addr add ${gateway.ipv6}/64 dev ${routerPort} nodad`,
    ...routeLines(uplink, 'add'),
  ]
}

/** The router's routes to a host. */
export function routeLines({ address, routerPort }: Uplink, action: 'add' | 'replace' | 'del'): readonly string[] {
  return [
    `route ${action} ${address.ipv4}/32 dev ${routerPort}`,
    `route ${action} ${address.ipv6}/128 dev ${routerPort}`,
  ]
}

/** The host's side: addresses, and the router as the way to everywhere. */
export function hostLines({ address, interfaceName }: Uplink): readonly string[] {
  return [
    `link set ${interfaceName} up`,
    `addr add ${address.ipv4}/32 dev ${interfaceName}`,
    `addr add ${address.ipv6}/128 dev ${interfaceName} nodad`,
    `route replace ${gateway.ipv4} dev ${interfaceName}`,
    `route replace default via ${gateway.ipv4} dev ${interfaceName} src ${address.ipv4}`,
    `route replace default via ${gateway.ipv6} dev ${interfaceName} src ${address.ipv6}`,
  ]
}

/** Takes the host's addresses away. */
export function dropAddressLines({ address, interfaceName }: Uplink): readonly string[] {
  return [`addr del ${address.ipv4}/32 dev ${interfaceName}`, `addr del ${address.ipv6}/128 dev ${interfaceName}`]
}
