import { largeMapEntries } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'

/** What a step may have changed: a superset, cheap to find. What really changed is found by comparing. */
export interface Touched {
  readonly hosts: ReadonlySet<HostId>
  readonly nodes: ReadonlySet<NodeId>
  /** Networks whose settings or names' suffix may have changed. */
  readonly networks: ReadonlySet<NetworkId>
}

export const touchedBy = (before: MeshState, after: MeshState, events: readonly MeshEvent[]): Touched => {
  const hosts = new Set<HostId>()
  const nodes = new Set<NodeId>()
  const networks = new Set<NetworkId>()
  for (const event of events) {
    switch (event.type) {
      case 'HostRegistered':
      case 'HostEndpointsChanged':
      case 'HostUpdated':
      case 'HostRemoved':
        hosts.add(event.hostId)
        break
      case 'NodeJoined':
      case 'NodeApproved':
      case 'NodeUpdated':
      case 'NodeExpired':
      case 'NodeLeft':
      case 'NodeConnected':
      case 'NodeDisconnected':
        nodes.add(event.nodeId)
        break
      case 'NetworkUpdated':
        networks.add(event.networkId)
        break
      case 'MeshSettingsUpdated':
        if (before.mesh?.settings.domain !== after.mesh?.settings.domain)
          for (const [networkId] of largeMapEntries(after.networks)) networks.add(networkId)
        break
      case 'MeshCreated':
      case 'MeshEpochRaised':
      case 'NetworkCreated':
      case 'NetworkRemoved':
      case 'NodeWentAway':
      case 'NodeReturned':
      case 'EnrollmentKeyCreated':
      case 'EnrollmentKeyUsed':
      case 'EnrollmentKeyRevoked':
      case 'PolicyAdded':
      case 'PolicyUpdated':
      case 'PolicyRemoved':
      case 'PolicyTestAdded':
      case 'PolicyTestRemoved':
      case 'DefaultPolicySwitched':
      case 'EnrollmentKeyUpdated':
      case 'EnrollmentKeySuspended':
      case 'EnrollmentKeyResumed':
      case 'HostOwnerChanged':
      case 'TagAssigned':
      case 'TagUnassigned':
      case 'UserAdded':
      case 'UserUpdated':
      case 'UserRemoved':
      case 'GroupAdded':
      case 'GroupUpdated':
      case 'GroupMembersChanged':
      case 'GroupRemoved':
      case 'ApiTokenCreated':
      case 'ApiTokenRevoked':
        break
      default:
        // A new event must be answered here: one that is forgotten is never heard by the hosts that it concerns.
        event satisfies never
    }
  }
  return { hosts, nodes, networks }
}
