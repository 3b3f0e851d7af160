/**
 * What each role may do (G2). Rules about users ask here; a server asks before it carries out anything for somebody, so that every
 * route has one answer for every role.
 */
import type { NetworkId, UserId } from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { MeshState, Role, User } from './mesh-state.js'

/** What somebody may be allowed to do. */
export type MeshAction =
  /** See networks, hosts, configs, policies and the log. */
  | 'read'
  /** Change what is inside a network: its nodes, gateways, egresses, clients, policies, names, enrolment keys. */
  | 'change-network'
  /** Change what is beyond one network: create and remove networks, hosts and their owners, settings of the mesh. */
  | 'change-mesh'
  /** Add, change and remove users and groups. */
  | 'manage-users'
  /** Connect devices of one's own (G3). */
  | 'connect-devices'

/** Where a role may do something: `own-networks` are those of `User.networkIds`. */
type Reach = 'everywhere' | 'own-networks' | 'nowhere'

const reaches: { readonly [R in Role]: { readonly [A in MeshAction]: Reach } } = {
  owner: {
    read: 'everywhere',
    'change-network': 'everywhere',
    'change-mesh': 'everywhere',
    'manage-users': 'everywhere',
    'connect-devices': 'everywhere',
  },
  admin: {
    read: 'everywhere',
    'change-network': 'everywhere',
    'change-mesh': 'everywhere',
    'manage-users': 'everywhere',
    'connect-devices': 'everywhere',
  },
  'network-admin': {
    read: 'own-networks',
    'change-network': 'own-networks',
    'change-mesh': 'nowhere',
    'manage-users': 'nowhere',
    'connect-devices': 'own-networks',
  },
  auditor: {
    read: 'everywhere',
    'change-network': 'nowhere',
    'change-mesh': 'nowhere',
    'manage-users': 'nowhere',
    'connect-devices': 'nowhere',
  },
  user: {
    read: 'nowhere',
    'change-network': 'nowhere',
    'change-mesh': 'nowhere',
    'manage-users': 'nowhere',
    'connect-devices': 'own-networks',
  },
}

/** From the most to the least. */
export const roles: readonly Role[] = ['owner', 'admin', 'network-admin', 'auditor', 'user']

/** Whether a role is above another: an owner above an admin, and so on. */
export const isAbove = (one: Role, other: Role): boolean => roles.indexOf(one) < roles.indexOf(other)

/** Whether a role is for networks that are named; the others have all of them. */
export const hasOwnNetworks = (role: Role): boolean => role === 'network-admin' || role === 'user'

/**
 * Whether somebody may do something in a network; `networkId: null` asks about the mesh as a whole. Nobody who is unknown or disabled
 * may do anything. `userId: null` is the mesh's administrator token or the system itself, which may do everything.
 */
export const mayDo = (
  state: MeshState,
  userId: UserId | null,
  action: MeshAction,
  networkId: NetworkId | null,
): boolean => {
  if (userId === null) return true
  const user = largeMapGet(state.users, userId)
  return user !== undefined && userMayDo(user, action, networkId)
}

const userMayDo = ({ role, networkIds, disabled }: User, action: MeshAction, networkId: NetworkId | null): boolean => {
  if (disabled) return false
  const reach = reaches[role][action]
  if (reach === 'own-networks') return networkId !== null && networkIds.includes(networkId)
  return reach === 'everywhere'
}
