/**
 * From a command to what happens. Each rule is in its command's file, pure: all it knows is the command and the state, so the same
 * command on the same state is always answered alike, and a test needs no network. `evolve` then folds the events in.
 */
import * as E from 'fp-ts/lib/Either.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import { epochMs } from '../values/index.js'
import { decideApproveNode } from './commands/approve-node.js'
import { decideConnectNode } from './commands/connect-node.js'
import { decideCreateEnrollmentKey } from './commands/create-enrollment-key.js'
import { type CreateMesh, decideCreateMesh } from './commands/create-mesh.js'
import { decideCreateNetwork } from './commands/create-network.js'
import { type Decision, type ExistingMesh, meshExists, refuse } from './commands/decision.js'
import { decideDisconnectNode } from './commands/disconnect-node.js'
import { decideEnrollHost } from './commands/enroll-host.js'
import { decideExpireNode } from './commands/expire-node.js'
import { decideJoinNetwork } from './commands/join-network.js'
import { decideMarkNodeAway } from './commands/mark-node-away.js'
import { decideMarkNodeReturned } from './commands/mark-node-returned.js'
import { decideRaiseMeshEpoch } from './commands/raise-mesh-epoch.js'
import { decideRegisterHost } from './commands/register-host.js'
import { decideRemoveAwayNode } from './commands/remove-away-node.js'
import { decideRemoveHost } from './commands/remove-host.js'
import { decideRemoveNetwork } from './commands/remove-network.js'
import { decideRemoveNode } from './commands/remove-node.js'
import { decideReportHostEndpoints } from './commands/report-host-endpoints.js'
import { decideRevokeEnrollmentKey } from './commands/revoke-enrollment-key.js'
import { decideUpdateHost } from './commands/update-host.js'
import { decideUpdateMeshSettings } from './commands/update-mesh-settings.js'
import { decideUpdateNetwork } from './commands/update-network.js'
import { decideUpdateNode } from './commands/update-node.js'
import { type MeshCommand, meshCommandCodec } from './mesh-command.js'
import type { MeshState } from './mesh-state.js'

export type { Decision } from './commands/decision.js'

/**
 * The events that a command leads to, or why it is refused. Events never go back in time: a command from a clock that lags gets the time
 * of the last event. Whatever is accepted can be written and read back: `command-malformed` keeps out what the types can't.
 */
export const decide = (command: MeshCommand, state: MeshState): Decision => {
  const decoded = decodeWith(meshCommandCodec, command)
  if (E.isLeft(decoded)) return refuse({ code: 'command-malformed', problem: decoded.left.message })
  const timed = { ...decoded.right, atEpochMs: epochMs(Math.max(command.atEpochMs, state.lastEventAtEpochMs)) }
  if (timed.type === 'CreateMesh') return decideCreateMesh(timed, state)
  return meshExists(state) ? decideInMesh(timed, state) : refuse({ code: 'mesh-unknown' })
}

const decideInMesh = (command: Exclude<MeshCommand, CreateMesh>, state: ExistingMesh): Decision => {
  switch (command.type) {
    case 'ApproveNode':
      return decideApproveNode(command, state)
    case 'ConnectNode':
      return decideConnectNode(command, state)
    case 'CreateEnrollmentKey':
      return decideCreateEnrollmentKey(command, state)
    case 'CreateNetwork':
      return decideCreateNetwork(command, state)
    case 'DisconnectNode':
      return decideDisconnectNode(command, state)
    case 'EnrollHost':
      return decideEnrollHost(command, state)
    case 'ExpireNode':
      return decideExpireNode(command, state)
    case 'JoinNetwork':
      return decideJoinNetwork(command, state)
    case 'MarkNodeAway':
      return decideMarkNodeAway(command, state)
    case 'MarkNodeReturned':
      return decideMarkNodeReturned(command, state)
    case 'RaiseMeshEpoch':
      return decideRaiseMeshEpoch(command, state)
    case 'RegisterHost':
      return decideRegisterHost(command, state)
    case 'RemoveAwayNode':
      return decideRemoveAwayNode(command, state)
    case 'RemoveHost':
      return decideRemoveHost(command, state)
    case 'RemoveNetwork':
      return decideRemoveNetwork(command, state)
    case 'RemoveNode':
      return decideRemoveNode(command, state)
    case 'ReportHostEndpoints':
      return decideReportHostEndpoints(command, state)
    case 'RevokeEnrollmentKey':
      return decideRevokeEnrollmentKey(command, state)
    case 'UpdateHost':
      return decideUpdateHost(command, state)
    case 'UpdateMeshSettings':
      return decideUpdateMeshSettings(command, state)
    case 'UpdateNetwork':
      return decideUpdateNetwork(command, state)
    case 'UpdateNode':
      return decideUpdateNode(command, state)
  }
}
