import { generateKeyPairSync } from 'node:crypto'
import type { Host } from './host.js'
import { quote } from './shell-channel.js'

/** A WireGuard key pair, as base64 text. */
export interface WireGuardKeys {
  readonly privateKey: string
  readonly publicKey: string
}

/** A peer as `wg setconf` reads it. */
export interface HandPeer {
  readonly publicKey: string
  readonly allowedIps: readonly string[]
  readonly endpoint?: string
  readonly keepaliveSeconds?: number
}

/** A tunnel set up by hand: what the lab's own tests compare the product with. */
export interface HandTunnel {
  readonly host: Host
  readonly keys: WireGuardKeys
  readonly ipv4: string
  readonly ipv6: string
}

const listenPort = 51820

export function makeWireGuardKeys(): WireGuardKeys {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const last32 = (der: Buffer) => der.subarray(-32).toString('base64')
  return {
    privateKey: last32(privateKey.export({ type: 'pkcs8', format: 'der' })),
    publicKey: last32(publicKey.export({ type: 'spki', format: 'der' })),
  }
}

/** Brings up `wg0` on a host: kernel WireGuard where there is any, else wireguard-go. */
export async function raiseTunnel(tunnel: HandTunnel, peers: readonly HandPeer[]): Promise<void> {
  const { host, keys, ipv4, ipv6 } = tunnel
  const config = [
    `[Interface]\nPrivateKey = ${keys.privateKey}\nListenPort = ${listenPort}`,
    ...peers.map(renderPeer),
  ].join('\n')
  // With LOG_LEVEL set the daemon would keep the shell's outputs open.
  const start = 'ip link add wg0 type wireguard 2>/dev/null || wireguard-go wg0 >/dev/null 2>&1'
  await host.sh(`{ ${start}; } && printf '%s\\n' ${quote(config)} | wg setconf wg0 /dev/stdin`)
  await host.ip([`addr add ${ipv4}/24 dev wg0`, `addr add ${ipv6}/64 dev wg0 nodad`, 'link set wg0 up'])
}

function renderPeer({ publicKey, allowedIps, endpoint, keepaliveSeconds }: HandPeer): string {
  const lines = ['[Peer]', `PublicKey = ${publicKey}`, `AllowedIPs = ${allowedIps.join(', ')}`]
  if (endpoint !== undefined) lines.push(`Endpoint = ${endpoint}`)
  if (keepaliveSeconds !== undefined) lines.push(`PersistentKeepalive = ${keepaliveSeconds}`)
  return lines.join('\n')
}

/** A full mesh by hand: every host is every other's peer, at the endpoint that `endpointOf` names. */
export async function raiseFullMesh(
  hosts: readonly Host[],
  endpointOf: (host: Host) => string | undefined,
): Promise<readonly HandTunnel[]> {
  const tunnels = hosts.map((host, index) => ({
    host,
    keys: makeWireGuardKeys(),
    ipv4: `10.66.0.${index + 1}`,
    ipv6: `fd66::${index + 1}`,
  }))
  await Promise.all(
    tunnels.map((tunnel) =>
      raiseTunnel(
        tunnel,
        tunnels.filter((other) => other !== tunnel).map((other) => peerOf(other, endpointOf(other.host))),
      ),
    ),
  )
  return tunnels
}

/** Another tunnel as a peer. `endpoint` is an address; the port is added. */
export function peerOf({ keys, ipv4, ipv6 }: HandTunnel, endpoint: string | undefined): HandPeer {
  const address = endpoint?.includes(':') ? `[${endpoint}]` : endpoint
  return {
    publicKey: keys.publicKey,
    allowedIps: [`${ipv4}/32`, `${ipv6}/128`],
    ...(address !== undefined && { endpoint: `${address}:${listenPort}` }),
  }
}
