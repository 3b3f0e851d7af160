import type { UserCommand } from '../../../mesh/commands/areas/user-commands.js'
import { largeMapKeys } from '../../../mesh/large-map.js'
import type { MeshState, Role, SignIn } from '../../../mesh/mesh-state.js'
import {
  type ApiTokenId,
  apiTokenId,
  type GroupId,
  groupId,
  type NetworkId,
  type UserId,
  userId,
} from '../../../values/index.js'
import { type CommandContext, someNetwork, someOf, soon } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'

export const someUser = ({ draw, state }: CommandContext): UserId =>
  someOf(draw, largeMapKeys(state.users), userId('nobody'))

const someGroup = ({ draw, state }: CommandContext): GroupId =>
  someOf(draw, largeMapKeys(state.groups), groupId('none'))

const someToken = ({ draw, state }: CommandContext): ApiTokenId =>
  someOf(draw, largeMapKeys(state.apiTokens), apiTokenId('none'))

/** Mostly the administrator token: users may do little. */
const asked = (context: CommandContext): { readonly byUserId: UserId | null } => ({
  byUserId: context.draw.oneIn(2) ? someUser(context) : null,
})

const someRole = ({ draw }: CommandContext): Role => draw.pick(['user', 'owner', 'admin', 'network-admin', 'auditor'])

const someNetworks = (context: CommandContext): readonly NetworkId[] =>
  Array.from({ length: context.draw.below(3) }, () => someNetwork(context))

const someSignIn = ({ draw }: CommandContext): SignIn =>
  draw.oneIn(2)
    ? { kind: 'oidc', issuer: 'https://id.example.com', subject: draw.pick(['1', '2', '3']) }
    : { kind: 'password' }

const someUsers = (context: CommandContext): readonly UserId[] =>
  Array.from({ length: context.draw.below(3) }, () => someUser(context))

const hasUser = (state: MeshState) => state.users.size > 0
const hasGroup = (state: MeshState) => state.groups.size > 0
const hasMesh = (state: MeshState) => state.mesh !== null

export const randomUserCommands: CommandMakers<UserCommand> = {
  makers: {
    AddUser: (context) => {
      const { draw, atEpochMs } = context
      const role = someRole(context)
      return {
        type: 'AddUser',
        atEpochMs,
        userId: userId(`user-${1 + draw.below(5)}`),
        login: draw.pick(['ada', 'Ada', 'grace', 'edsger', 'barbara']),
        displayName: draw.pick(['Somebody', 'Somebody else']),
        role,
        signIn: someSignIn(context),
        ...asked(context),
        ...(role === 'user' || role === 'network-admin' || draw.oneIn(10) ? { networkIds: someNetworks(context) } : {}),
      }
    },
    UpdateUser: (context) => {
      const { draw, atEpochMs } = context
      const self = someUser(context)
      return {
        type: 'UpdateUser',
        atEpochMs,
        userId: self,
        ...(draw.oneIn(3) ? { byUserId: self } : asked(context)),
        ...(draw.oneIn(2) ? { displayName: draw.pick(['Somebody', 'Nobody']) } : {}),
        ...(draw.oneIn(2) ? { role: someRole(context) } : {}),
        ...(draw.oneIn(3) ? { networkIds: someNetworks(context) } : {}),
        ...(draw.oneIn(4) ? { signIn: someSignIn(context) } : {}),
        ...(draw.oneIn(3) ? { disabled: draw.oneIn(2) } : {}),
      }
    },
    RemoveUser: (context) => ({
      type: 'RemoveUser',
      atEpochMs: context.atEpochMs,
      userId: someUser(context),
      ...asked(context),
    }),
    AddGroup: (context) => ({
      type: 'AddGroup',
      atEpochMs: context.atEpochMs,
      groupId: groupId(`group-${1 + context.draw.below(3)}`),
      name: context.draw.pick(['Engineers', 'engineers', 'Analysts']),
      ...asked(context),
    }),
    UpdateGroup: (context) => ({
      type: 'UpdateGroup',
      atEpochMs: context.atEpochMs,
      groupId: someGroup(context),
      name: context.draw.pick(['Engineers', 'Analysts', 'ANALYSTS']),
      ...asked(context),
    }),
    ChangeGroupMembers: (context) => ({
      type: 'ChangeGroupMembers',
      atEpochMs: context.atEpochMs,
      groupId: someGroup(context),
      add: someUsers(context),
      remove: someUsers(context),
      ...asked(context),
    }),
    RemoveGroup: (context) => ({
      type: 'RemoveGroup',
      atEpochMs: context.atEpochMs,
      groupId: someGroup(context),
      ...asked(context),
    }),
    CreateApiToken: (context) => {
      const { draw, atEpochMs, serial } = context
      const self = someUser(context)
      return {
        type: 'CreateApiToken',
        atEpochMs,
        apiTokenId: draw.oneIn(10) ? someToken(context) : apiTokenId(`token-${serial}`),
        userId: self,
        name: draw.pick(['Backup', 'Robot']),
        secretHash: `${draw.below(10)}${draw.below(10)}`.padStart(64, 'c'),
        scope: draw.pick(['read', 'write']),
        expiresAtEpochMs: draw.oneIn(3) ? soon(context) : null,
        ...(draw.oneIn(2) ? { byUserId: self } : asked(context)),
      }
    },
    RevokeApiToken: (context) => ({
      type: 'RevokeApiToken',
      atEpochMs: context.atEpochMs,
      apiTokenId: someToken(context),
      ...asked(context),
    }),
  },
  weights: {
    AddUser: [6, hasMesh],
    UpdateUser: [4, hasUser],
    RemoveUser: [2, hasUser],
    AddGroup: [2, hasMesh],
    UpdateGroup: [1, hasGroup],
    ChangeGroupMembers: [4, (state) => hasUser(state) && hasGroup(state)],
    RemoveGroup: [1, hasGroup],
    CreateApiToken: [3, hasUser],
    RevokeApiToken: [1, (state) => state.apiTokens.size > 0],
  },
}
