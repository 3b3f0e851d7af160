/**
 * A policy is edited in a mesh of 5,000 nodes, each of a user of its own, in 200 groups with a policy between neighbours: from the
 * event to the encoded patch of all viewers. That a host's config comes out right is looked at for some of them, outside the time.
 */
import {
  applyPatch,
  changedFragments,
  epochMs,
  evolveAll,
  expandHostConfig,
  type GroupId,
  groupId,
  type MeshEvent,
  type MeshState,
  patchOfStep,
  policyId,
  projectHostConfig,
  projectSnapshot,
  replay,
  type Selector,
  tableOfSnapshot,
  userId,
} from '@meshfold/core'
import { fullMeshEvents, hostNumber, start, theNetwork } from './full-mesh.js'
import { medianMilliseconds } from './measure.js'
import { type Sent, shipChange } from './ship-change.js'

const nodes = 5000
const groups = 200
const atEpochMs = epochMs(start)

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const before = replay([...fullMeshEvents(nodes), ...people(), ...policies()])
  const group = (n: number): Selector => ({ kind: 'group', groupId: groupNumber(n) })
  const edits: Record<string, (port: number) => MeshEvent> = {
    ports: (port) => edited(7, [group(7)], [group(8)], port),
    toAllGroups: (port) =>
      edited(7, Array.from({ length: groups }, (_, n) => group(n)).slice(0, 100), [group(8)], port),
    fromEverybody: (port) => edited(7, [{ kind: 'everyone' }], [group(8)], port),
    toEverybody: (port) => edited(7, [group(7)], [{ kind: 'everyone' }], port),
  }
  const metrics: Record<string, number> = {}
  for (const [name, edit] of Object.entries(edits)) {
    let sent: Sent = { messages: 0, bytes: 0 }
    metrics[`${name}Ms`] = medianMilliseconds(5, (round) => {
      sent = shipChange(before, [edit(1000 + round)])
    })
    metrics[`${name}Messages`] = sent.messages
    metrics[`${name}Bytes`] = sent.bytes
    for (let n = 0; n < nodes; n += 500) expectRightConfig(before, [edit(1)], n)
  }
  return { bench: 'policy-edit', metrics }
}

/** A user for each host, and 25 of them in each group. */
const people = (): readonly MeshEvent[] => [
  ...Array.from(
    { length: groups },
    (_, n): MeshEvent => ({ type: 'GroupAdded', atEpochMs, groupId: groupNumber(n), name: `Group ${n}` }),
  ),
  ...Array.from({ length: nodes }, (_, n) => userOf(n)).flat(),
]

const userOf = (n: number): readonly MeshEvent[] => [
  {
    type: 'UserAdded',
    atEpochMs,
    userId: userNumber(n),
    login: `user-${n}`,
    displayName: `User ${n}`,
    role: 'user',
    networkIds: [],
    signIn: { kind: 'password' },
  },
  { type: 'GroupMembersChanged', atEpochMs, groupId: groupNumber(n % groups), add: [userNumber(n)], remove: [] },
  { type: 'HostOwnerChanged', atEpochMs, hostId: hostNumber(n), userId: userNumber(n) },
]

const policies = (): readonly MeshEvent[] => [
  { type: 'DefaultPolicySwitched', atEpochMs, networkId: theNetwork, everyoneAllowed: false },
  ...Array.from(
    { length: groups },
    (_, n): MeshEvent => ({
      type: 'PolicyAdded',
      ...policyOf(
        n,
        [{ kind: 'group', groupId: groupNumber(n) }],
        [{ kind: 'group', groupId: groupNumber(n + 1) }],
        443,
      ),
    }),
  ),
]

const edited = (
  n: number,
  sources: readonly Selector[],
  destinations: readonly Selector[],
  port: number,
): MeshEvent => ({
  type: 'PolicyUpdated',
  ...policyOf(n, sources, destinations, port),
})

const policyOf = (n: number, sources: readonly Selector[], destinations: readonly Selector[], port: number) => ({
  atEpochMs,
  policyId: policyId(`policy-${n}`),
  networkId: theNetwork,
  name: `Policy ${n}`,
  enabled: true,
  sources,
  destinations,
  traffic: [{ protocol: 'tcp' as const, ports: [{ first: port, last: port }] }],
  direction: 'one-way' as const,
})

const groupNumber = (n: number): GroupId => groupId(`group-${String(n % groups).padStart(3, '0')}`)
const userNumber = (n: number) => userId(`user-${String(n).padStart(6, '0')}`)

/** What a host makes of what it held and its patch is what is projected for it. */
const expectRightConfig = (before: MeshState, events: readonly MeshEvent[], n: number): void => {
  const after = evolveAll(before, events)
  const changes = changedFragments(before, after, events)
  const table = tableOfSnapshot(hostNumber(n), projectSnapshot(before, hostNumber(n)))
  applyPatch(table, { asOf: changes.asOf, changes: patchOfStep(changes, before, after, hostNumber(n)) })
  const [made, wanted] = [expandHostConfig(table), projectHostConfig(after, hostNumber(n))]
  if (JSON.stringify(made, asList) !== JSON.stringify(wanted, asList)) throw new Error(`host ${n} has another config`)
}

const asList = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value].sort() : value)
