import type { Host } from '../net/host.js'

/** A WireGuard interface as the system shows it, not as the product says it is. */
export interface TunnelState {
  /** Changes when the interface was removed and made anew. */
  readonly interfaceIndex: number
  readonly ipv4: readonly string[]
  readonly ipv6: readonly string[]
  readonly publicKey: string
  readonly listenPort: number
  readonly peers: readonly TunnelPeer[]
}

export interface TunnelPeer {
  readonly publicKey: string
  readonly endpoint: string | undefined
  readonly allowedIps: readonly string[]
  /** Unix seconds; 0 before the first. */
  readonly latestHandshake: number
  readonly receivedBytes: number
  readonly sentBytes: number
}

/** Reads an interface of a host; undefined where there is none, or not yet. */
export async function readTunnel(host: Host, interfaceName: string): Promise<TunnelState | undefined> {
  const marked = `ip -j addr show dev ${interfaceName} && echo '#' && wg show ${interfaceName} dump`
  const { code, stdout } = await host.trySh(marked)
  if (code !== 0) return undefined
  const [addresses = '', dump = ''] = stdout.split('\n#\n')
  return parseTunnel(addresses, dump)
}

interface ShownLink {
  readonly ifindex: number
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly scope: string }[]
}

/** From the outputs of `ip -j addr show` and `wg show … dump`. */
export function parseTunnel(addresses: string, dump: string): TunnelState | undefined {
  const [link] = JSON.parse(addresses) as readonly ShownLink[]
  const [own = '', ...peers] = dump.trimEnd().split('\n')
  const [, publicKey = '', listenPort = '0'] = own.split('\t')
  if (link === undefined) return undefined
  const ofFamily = (family: string) =>
    link.addr_info.filter((info) => info.family === family && info.scope !== 'link').map(({ local }) => local)
  return {
    interfaceIndex: link.ifindex,
    ipv4: ofFamily('inet'),
    ipv6: ofFamily('inet6'),
    publicKey,
    listenPort: Number(listenPort),
    peers: peers.map(parsePeer),
  }
}

function parsePeer(line: string): TunnelPeer {
  const [publicKey = '', , endpoint = '', allowedIps = '', handshake, received, sent] = line.split('\t')
  return {
    publicKey,
    endpoint: endpoint === '(none)' ? undefined : endpoint,
    allowedIps: allowedIps === '(none)' ? [] : allowedIps.split(','),
    latestHandshake: Number(handshake),
    receivedBytes: Number(received),
    sentBytes: Number(sent),
  }
}
