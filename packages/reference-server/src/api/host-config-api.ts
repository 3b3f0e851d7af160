import {
  asOfState,
  choosePaths,
  type HostId,
  hostIdCodec,
  hostNameCodec,
  ipAddressCodec,
  ipPrefixCodec,
  type MemberId,
  type MeshState,
  networkIdCodec,
  nodeIdCodec,
  projectHostConfig,
  udpEndpointCodec,
  wireguardPublicKeyCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { body, orNull } from './api-codecs.js'
import { pointInTime } from './history-api.js'
import { asOfView } from './host-api.js'

/** Ids of nodes and of clients are texts of one kind. */
const memberIdCodec = nodeIdCodec as t.Type<MemberId, string>

/** One host's configuration, worked out from the state of the mesh: what its agent puts into effect. */
export const hostConfigAnswer = t.readonly(
  t.strict({
    asOf: asOfView,
    interface: t.readonly(
      t.strict({
        wireguardKey: wireguardPublicKeyCodec,
        listenPort: t.number,
        mtuBytes: t.number,
        addresses: t.readonlyArray(ipAddressCodec),
        controlAddresses: t.readonlyArray(ipAddressCodec),
        keepaliveSeconds: t.number,
        networks: t.readonlyArray(networkIdCodec),
      }),
    ),
    peers: t.readonlyArray(
      t.readonly(
        t.strict({
          hostId: hostIdCodec,
          name: hostNameCodec,
          wireguardKey: wireguardPublicKeyCodec,
          endpoints: t.readonlyArray(udpEndpointCodec),
          /** While no peer is known to be down. */
          allowedIps: t.readonlyArray(ipPrefixCodec),
        }),
      ),
    ),
    names: t.readonlyArray(
      t.readonly(
        t.strict({
          suffix: t.string,
          entries: t.readonlyArray(
            t.readonly(
              t.strict({
                memberId: memberIdCodec,
                name: hostNameCodec,
                address4: orNull(ipAddressCodec),
                address6: orNull(ipAddressCodec),
              }),
            ),
          ),
        }),
      ),
    ),
  }),
)
export type HostConfigAnswer = t.TypeOf<typeof hostConfigAnswer>

/** `GET /hosts/:hostId/config`; now unless told. */
export const hostConfigQuery = body({}, { at: pointInTime })

/** `undefined` for a host that the mesh doesn't know. */
export const viewHostConfig = (state: MeshState, hostId: HostId): HostConfigAnswer | undefined => {
  const config = projectHostConfig(state, hostId)
  if (config === undefined) return undefined
  const { own, peers, names } = config
  const { allowedIps } = choosePaths(config, new Map(), new Map(), undefined)
  return {
    asOf: asOfState(state),
    interface: {
      wireguardKey: own.wireguardKey,
      listenPort: own.listenPort,
      mtuBytes: own.mtuBytes,
      addresses: own.memberships.flatMap(({ addresses }) => addresses),
      controlAddresses: [own.controlAddress4, own.controlAddress6],
      keepaliveSeconds: own.keepaliveSeconds,
      networks: own.memberships.map(({ networkId }) => networkId),
    },
    peers: [...peers.values()].map((peer) => ({
      ...peer,
      endpoints: peer.endpoints.map(({ endpoint }) => endpoint),
      allowedIps: allowedIps.get(peer.hostId) ?? [],
    })),
    names,
  }
}
