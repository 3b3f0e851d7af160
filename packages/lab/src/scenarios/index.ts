import { aclOneWay, aclPorts, aclTighten } from './acl.js'
import { agentKill9 } from './agent-kill-9.js'
import { autoRelayScenarios } from './auto-relay.js'
import { automaticGateway, automaticInternetGateway } from './automatic-gateway.js'
import { automaticGatewayMoves } from './automatic-gateway-moves.js'
import { drift, serverDownReboot } from './by-themselves.js'
import { clientFile, egressNat, relayManual } from './carriers.js'
import { clientMoves } from './client-moves.js'
import { commitConfirm } from './commit-confirm.js'
import { commitConfirmBlameless } from './commit-confirm-blameless.js'
import { commitConfirmFullTunnel } from './commit-confirm-full-tunnel.js'
import { declaredEndpoint } from './declared-endpoint.js'
import { downloadUnderOneWayPolicy } from './download-under-one-way-policy.js'
import { egressScenarios } from './egress.js'
import { ephemeralNodes } from './ephemeral-nodes.js'
import { everyRole } from './every-role.js'
import { failoverScenarios } from './failover.js'
import { foreignFirewalls } from './foreign-firewalls.js'
import { fortyHosts } from './forty-hosts.js'
import { gatewayRemoved } from './gateway-removed.js'
import {
  internetGatewayFailClosed,
  internetGatewayFailOpen,
  internetGatewayFull,
  internetGatewaySplit,
} from './internet.js'
import { clientFullTunnel, egressOwnLan, internetGatewayCascade, natGateway } from './internet-others.js'
import { iptablesBackend } from './iptables-backend.js'
import { iptablesTunnel } from './iptables-tunnel.js'
import { ipv6Underlay } from './ipv6-underlay.js'
import { kernelWireguard } from './kernel-wireguard.js'
import { keyRotation, keyRotationCrashes } from './key-rotation.js'
import { lanNeighbour } from './lan-neighbour.js'
import { mesh } from './mesh.js'
import { modelVsKernel } from './model-vs-kernel.js'
import { names } from './names.js'
import { namesInFullTunnel } from './names-in-full-tunnel.js'
import { narrowUnderlay } from './narrow-underlay.js'
import { natPunchScenarios } from './nat-punch.js'
import { natRelayScenarios } from './nat-relay.js'
import { nodeComesAndGoes } from './node-comes-and-goes.js'
import { clientDisable } from './phone.js'
import { publishedPort } from './published-port.js'
import { relayByEnrolment } from './relay-by-enrolment.js'
import { roamingAddress, roamingPort } from './roaming.js'
import type { Scenario } from './scenario.js'
import { serverKill9 } from './server-kill-9.js'
import { serverKill9UnderChange } from './server-kill-9-under-change.js'
import { siteInWiderRangeScenarios } from './site-in-wider-range.js'
import { siteToSite } from './site-to-site.js'
import { sixthHostJoins } from './sixth-host-joins.js'
import { teardownClean } from './teardown-clean.js'
import { tenThousand } from './ten-thousand.js'
import { twoMeshesOnOneHost } from './two-meshes-on-one-host.js'
import { twoNetworks } from './two-networks.js'
import { twoNetworksEgress } from './two-networks-egress.js'
import { usersDevice } from './users-device.js'

/** Every scenario. Add a file and a row to add one. */
export const scenarios: readonly Scenario[] = [
  mesh,
  serverKill9,
  serverKill9UnderChange,
  commitConfirm,
  commitConfirmBlameless,
  commitConfirmFullTunnel,
  roamingPort,
  roamingAddress,
  narrowUnderlay,
  ipv6Underlay,
  sixthHostJoins,
  nodeComesAndGoes,
  ephemeralNodes,
  teardownClean,
  aclPorts,
  aclOneWay,
  aclTighten,
  relayManual,
  relayByEnrolment,
  serverDownReboot,
  drift,
  agentKill9,
  keyRotation,
  keyRotationCrashes,
  egressNat,
  ...egressScenarios,
  siteToSite,
  ...siteInWiderRangeScenarios,
  foreignFirewalls,
  iptablesBackend,
  iptablesTunnel,
  lanNeighbour,
  publishedPort,
  tenThousand,
  fortyHosts,
  gatewayRemoved,
  clientFile,
  clientDisable,
  declaredEndpoint,
  clientMoves,
  usersDevice,
  internetGatewaySplit,
  internetGatewayFull,
  internetGatewayFailClosed,
  internetGatewayFailOpen,
  internetGatewayCascade,
  automaticInternetGateway,
  natGateway,
  clientFullTunnel,
  egressOwnLan,
  twoMeshesOnOneHost,
  twoNetworks,
  twoNetworksEgress,
  modelVsKernel,
  names,
  namesInFullTunnel,
  everyRole,
  kernelWireguard,
  ...failoverScenarios,
  automaticGateway,
  automaticGatewayMoves,
  downloadUnderOneWayPolicy,
  ...autoRelayScenarios,
  ...natPunchScenarios,
  ...natRelayScenarios,
]
