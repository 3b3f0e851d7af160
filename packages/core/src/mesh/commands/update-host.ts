import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec, hostNameCodec } from '../../values/index.js'
import { hostCapabilitiesCodec, hostSystemCodec, orNull, portCodec, wantedMtuCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { freeListenPort, listenAddressesOf } from '../listeners.js'
import { hostContentEq, hostEndpointsEq } from '../mesh-equality.js'
import type { Host } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { moveLocalEndpoints } from './endpoint-rules.js'
import { leaveUnableGateways, welcomeAbleGateways } from './host-abilities.js'
import { unfoldFrom } from './unfolding.js'

/** Change what is known or wanted of a host (A3). What is left out stays; its nodes keep their names. */
export type UpdateHost = t.TypeOf<typeof updateHostCodec>

export const updateHostCodec = commandCodec(
  'UpdateHost',
  { hostId: hostIdCodec },
  {
    name: hostNameCodec,
    system: hostSystemCodec,
    listenPort: portCodec,
    mtuBytes: orNull(wantedMtuCodec),
    capabilities: hostCapabilitiesCodec,
  },
)

export const decideUpdateHost = (command: UpdateHost, state: ExistingMesh): Decision => {
  const { hostId, atEpochMs } = command
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  const listenPort = freeListenPort(state, hostId, host, command.listenPort ?? host.listenPort)
  if (listenPort === undefined) return refuse({ code: 'listen-ports-exhausted', addresses: listenAddressesOf(host) })
  const wanted = { ...wantedContent(command, host), listenPort }
  if (hostContentEq.equals(host, wanted)) return alreadySo
  const unfolding = unfoldFrom(state)
  leaveUnableGateways(unfolding, host, wanted, atEpochMs)
  unfolding.emit({ type: 'HostUpdated', atEpochMs, hostId, ...wanted })
  const { localPrefixes } = host
  const moved = { listenPort, endpoints: moveLocalEndpoints(host.endpoints, listenPort), localPrefixes }
  if (listenPort !== host.listenPort && !hostEndpointsEq.equals({ ...host, listenPort }, moved))
    unfolding.emit({ type: 'HostEndpointsChanged', atEpochMs, hostId, ...moved })
  welcomeAbleGateways(unfolding, host, wanted, atEpochMs)
  return E.right(unfolding.events())
}

const wantedContent = (command: UpdateHost, host: Host) => ({
  name: command.name ?? host.name,
  system: command.system ?? host.system,
  mtuBytes: command.mtuBytes === undefined ? host.mtuBytes : command.mtuBytes,
  capabilities: command.capabilities ?? host.capabilities,
})
