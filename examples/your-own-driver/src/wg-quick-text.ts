/** An observed host as a `wg-quick` file, and back. What the format has no word for stands in comments. */
import {
  epochMs,
  type HostRoute,
  ipAddress,
  ipPrefix,
  noNamesFound,
  noPolicyRoutingFound,
  type ObservedHost,
  type ObservedPeer,
  udpEndpoint,
  type WireguardPublicKey,
  wireguardPublicKey,
} from '@meshfold/core'

export const renderWgQuick = ({ interface: own, peers, routes }: ObservedHost): string =>
  own === undefined
    ? ''
    : [
        '[Interface]',
        `# PublicKey = ${own.publicKey}`,
        `# Up = ${own.isUp}`,
        `ListenPort = ${own.listenPort}`,
        `MTU = ${own.mtuBytes}`,
        ...own.addresses.map((address) => `Address = ${address}`),
        'Table = off',
        'PostUp = wg set %i private-key /etc/wireguard/%i.key',
        ...routes.map((route) => `PostUp = ${routeCommand(route)}`),
        ...[...peers.values()].flatMap(peerLines),
        '',
      ].join('\n')

const routeCommand = ({ prefix, preferredSource, metric }: HostRoute): string =>
  `ip route add ${prefix} dev %i metric ${metric}${preferredSource === null ? '' : ` src ${preferredSource}`}`

const peerLines = ({ publicKey, allowedIps, endpoint, keepaliveSeconds }: ObservedPeer): readonly string[] => [
  '',
  '[Peer]',
  `PublicKey = ${publicKey}`,
  ...allowedIps.map((prefix) => `AllowedIPs = ${prefix}`),
  ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
  ...(keepaliveSeconds === 0 ? [] : [`PersistentKeepalive = ${keepaliveSeconds}`]),
]

/** Throws on a value that is none; an empty text is a machine without the interface. */
export const parseWgQuick = (text: string, observedAtEpochMs: number): ObservedHost => {
  const [own, ...peers] = text.split('[Peer]').map(readSection)
  const noFilters = { firewall: undefined, forwarding: new Map(), foreignFilters: new Map() }
  const nothingElse = { ...noFilters, policyRouting: noPolicyRoutingFound, names: noNamesFound }
  const bare = {
    observedAtEpochMs: epochMs(observedAtEpochMs),
    underlayAddresses: [],
    underlayMtu: undefined,
    ...nothingElse,
  }
  if (own === undefined || own.all('ListenPort').length === 0)
    return { ...bare, interface: undefined, peers: new Map(), routes: [] }
  return {
    ...bare,
    interface: {
      name: 'mesh0',
      implementation: 'userspace',
      publicKey: wireguardPublicKey(own.one('# PublicKey')),
      listenPort: Number(own.one('ListenPort')),
      mtuBytes: Number(own.one('MTU')),
      isUp: own.one('# Up') === 'true',
      addresses: own.all('Address').map(ipAddress),
    },
    routes: own.all('PostUp').flatMap(parseRoute),
    peers: new Map(peers.map(parsePeer)),
  }
}

const readSection = (text: string) => {
  const pairs = [...text.matchAll(/^(.+?) = (.*)$/gm)].map(([, key = '', value = '']) => ({ key, value }))
  const all = (key: string) => pairs.filter((pair) => pair.key === key).map(({ value }) => value)
  return { all, one: (key: string) => all(key)[0] ?? '' }
}

const parseRoute = (command: string): readonly HostRoute[] => {
  const [, prefix, metric, source] = /^ip route add (\S+) dev %i metric (\d+)(?: src (\S+))?$/.exec(command) ?? []
  if (prefix === undefined) return []
  const preferredSource = source === undefined ? null : ipAddress(source)
  return [{ prefix: ipPrefix(prefix), preferredSource, metric: Number(metric) }]
}

const parsePeer = (peer: ReturnType<typeof readSection>): readonly [WireguardPublicKey, ObservedPeer] => {
  const publicKey = wireguardPublicKey(peer.one('PublicKey'))
  const endpoint = peer.all('Endpoint').map(udpEndpoint)[0]
  const unknowable = { latestHandshakeAtEpochMs: undefined, receivedBytes: 0, sentBytes: 0 }
  const allowedIps = peer.all('AllowedIPs').map(ipPrefix)
  const keepaliveSeconds = Number(peer.one('PersistentKeepalive'))
  return [publicKey, { publicKey, endpoint, allowedIps, keepaliveSeconds, ...unknowable }]
}
