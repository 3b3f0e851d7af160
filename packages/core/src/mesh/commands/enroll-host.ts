import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { enrollmentKeyIdCodec, hostIdCodec, nodeIdCodec } from '../../values/index.js'
import { shortList } from '../event-parts.js'
import type { NodeJoined } from '../events/node-joined.js'
import type { TagAssigned } from '../events/tag-assigned.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { EnrollmentKey, Host, Network } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { hostFactsOptionalProps, hostFactsProps, secretHashCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { recogniseHost, registerNewHost } from './host-rules.js'
import { joiningInternetProblem } from './internet-egress-rules.js'
import { gatewayBehindProblem } from './internet-use-rules.js'
import { isolationProblem, joinNetwork } from './join-rules.js'
import { relaysOfJoining } from './joining-relays.js'

/**
 * A machine with an enrolment key joins the key's networks (A4, G1). Given after the machine proved that it holds both private keys.
 * A machine that is known joins what it isn't in yet; nothing left to join: `[]`, and no use is burnt.
 */
export type EnrollHost = t.TypeOf<typeof enrollHostCodec>

export const enrollHostCodec = commandCodec(
  'EnrollHost',
  {
    keyId: enrollmentKeyIdCodec,
    /** SHA-256 of the secret that the machine showed. */
    secretHash: secretHashCodec,
    /** Fresh; taken if the machine is new. */
    hostId: fresh(hostIdCodec),
    /** Fresh; one for each network of the key is enough. */
    freshNodeIds: shortList(nodeIdCodec, 100),
    ...hostFactsProps,
  },
  hostFactsOptionalProps,
)

export const decideEnrollHost = (command: EnrollHost, state: ExistingMesh): Decision => {
  const { keyId, atEpochMs } = command
  const key = largeMapGet(state.enrollmentKeys, keyId)
  if (key === undefined || key.secretHash !== command.secretHash) return refuse({ code: 'enrollment-key-invalid' })
  if (key.revoked) return refuse({ code: 'enrollment-key-revoked', keyId })
  const recognised = recogniseHost(state, command)
  if (E.isLeft(recognised)) return recognised
  const known = recognised.right
  const joining = networksToJoin(state, key, known)
  // A machine whose answer got lost asks again, perhaps after its own use was the last.
  if (known !== null && joining.length === 0) return alreadySo
  const spent = spentProblem(key, command)
  if (spent !== undefined) return refuse(spent)

  const registered = known === null ? registerNewHost(state, command) : E.right(null)
  if (E.isLeft(registered)) return registered
  const host = known ?? { ...command, nodeIds: [] }
  const joined = joinAll(state, command, key, host, joining)
  if (E.isLeft(joined)) return joined
  const relays = relaysOfJoining(state, key.gateway, registered.right, joined.right)
  if (E.isLeft(relays)) return relays
  const { hostId } = host
  return E.right([
    ...(registered.right === null ? [] : [registered.right]),
    ...joined.right,
    ...relays.right,
    ...joined.right.flatMap((node) => tagsOf(key, node)),
    { type: 'EnrollmentKeyUsed', atEpochMs, keyId, hostId },
  ])
}

type Joiner = Pick<Host, 'hostId' | 'name' | 'capabilities' | 'nodeIds'>

const networksToJoin = (state: ExistingMesh, key: EnrollmentKey, host: Host | null): readonly Network[] => {
  const present = new Set(host?.nodeIds.map((nodeId) => largeMapGet(state.nodes, nodeId)?.networkId))
  return key.networkIds.flatMap((networkId) =>
    present.has(networkId) ? [] : (largeMapGet(state.networks, networkId) ?? []),
  )
}

const spentProblem = (key: EnrollmentKey, { atEpochMs }: EnrollHost): MeshError | undefined => {
  const { keyId, maxUses, expiresAtEpochMs } = key
  if (key.suspended) return { code: 'enrollment-key-suspended', keyId }
  if (expiresAtEpochMs !== null && atEpochMs >= expiresAtEpochMs)
    return { code: 'enrollment-key-expired', keyId, expiresAtEpochMs }
  if (maxUses !== null && key.uses >= maxUses) return { code: 'enrollment-key-used-up', keyId, maxUses }
  return undefined
}

const joinAll = (
  state: ExistingMesh,
  { atEpochMs, freshNodeIds }: EnrollHost,
  key: EnrollmentKey,
  host: Joiner,
  joining: readonly Network[],
): E.Either<MeshError, readonly NodeJoined[]> => {
  const nodeIds = [...new Set(freshNodeIds)]
  const problem =
    isolationProblem(state, host, joining) ??
    gatewayBehindProblem(state, host, { isGateway: false, joining }) ??
    internetProblem(state, key, host, joining)
  if (problem !== undefined) return refuse(problem)
  const joined: NodeJoined[] = []
  for (const network of joining) {
    const nodeId = nodeIds[joined.length]
    if (nodeId === undefined) return refuse({ code: 'node-ids-missing', needed: joining.length, given: nodeIds.length })
    const waits = network.settings.joinApproval === 'required' && !key.preApproved
    const joins = joinNetwork(state, network, {
      atEpochMs,
      nodeId,
      hostId: host.hostId,
      hostName: host.name,
      name: null,
      address4: null,
      address6: null,
      approval: waits ? 'pending' : 'approved',
      ephemeral: key.ephemeral,
      expiresAtEpochMs: null,
      enrollmentKeyId: key.keyId,
    })
    if (E.isLeft(joins)) return joins
    joined.push(joins.right)
  }
  return E.right(joined)
}

/** With the key's internet gateway the host has its way (E4). */
const internetProblem = (
  state: ExistingMesh,
  { gateway }: EnrollmentKey,
  host: Joiner,
  joining: readonly Network[],
): MeshError | undefined => {
  const assigned = gateway?.mode === 'manual' ? largeMapGet(state.gateways, gateway.nodeId) : undefined
  return assigned?.internet ? undefined : joiningInternetProblem(state, host, joining)
}

/** The key's tags, each with an event of its own: the log tells where a node has them from. */
const tagsOf = ({ tags }: EnrollmentKey, { atEpochMs, networkId, nodeId }: NodeJoined): readonly TagAssigned[] =>
  tags.map((tag) => ({ type: 'TagAssigned', atEpochMs, networkId, memberId: nodeId, tag }))
