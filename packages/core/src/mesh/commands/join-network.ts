import * as t from 'io-ts'
import {
  epochMsCodec,
  hostIdCodec,
  hostNameCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  networkIdCodec,
  nodeIdCodec,
} from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { commandCodec } from './command-codec.js'

/** An administrator puts a host into a network; no approval is asked for. `[]` when it is there as wanted. */
export const joinNetworkCodec = commandCodec('JoinNetwork', {
  networkId: networkIdCodec,
  hostId: hostIdCodec,
  /** Fresh. */
  nodeId: nodeIdCodec,
  /** `null`: the host's, with a number behind it where that is taken. */
  name: orNull(hostNameCodec),
  /** `null`: the lowest free one. */
  address4: orNull(ipv4AddressCodec),
  /** `null`: the lowest free one. */
  address6: orNull(ipv6AddressCodec),
  ephemeral: t.boolean,
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
})
export type JoinNetwork = t.TypeOf<typeof joinNetworkCodec>
