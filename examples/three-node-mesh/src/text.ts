/** How the example prints. */
import type { DesiredHost, HostConfig, PatchChange } from '@meshfold/core'

/** What a host's interface, peers and routes are to be. */
export const hostText = (config: HostConfig, desired: DesiredHost): string =>
  [
    `  ${config.own.hostId}: port ${desired.listenPort}, MTU ${desired.mtuBytes}, ${desired.addresses.join(', ')}`,
    ...[...config.peers.values()].map(({ name, wireguardKey }) => peerText(name, desired.peers.get(wireguardKey))),
    ...desired.routes.map((route) => `    route ${route.prefix} from ${route.preferredSource}`),
  ].join('\n')

const peerText = (name: string, peer: ReturnType<DesiredHost['peers']['get']>): string =>
  peer === undefined
    ? `    peer ${name} is missing`
    : `    peer ${name} ${peer.publicKey.slice(0, 6)}… at ${peer.endpointCandidates.join(' or ')}` +
      `${peer.keepaliveSeconds === 0 ? '' : `, keepalive ${peer.keepaliveSeconds} s`}: ${peer.allowedIps.join(', ')}`

/** One change of a patch. */
export const changeText = ({ fragment, change }: PatchChange): string =>
  change.op === 'put' && change.content.kind === 'host'
    ? `${fragment} is at ${change.content.endpoints.map(({ endpoint }) => endpoint).join(' or ')}`
    : `${fragment} (${change.op})`
