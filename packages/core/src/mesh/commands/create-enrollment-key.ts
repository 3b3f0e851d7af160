import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { enrollmentKeyIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { letsIn } from '../enrollment-key-validity.js'
import { maxUsesCodec, orNull, shortList, tagsCodec } from '../event-parts.js'
import { keyGatewayCodec } from '../key-gateway-codec.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { enrollmentKeyContentEq } from '../mesh-equality.js'
import { isAhead } from '../time.js'
import { commandCodec } from './command-codec.js'
import { secretHashCodec, titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { keyGatewayProblem } from './key-rules.js'

/** Let machines that hold a secret join networks (G1). The secret is shown once by whoever made it and never comes here. */
export type CreateEnrollmentKey = t.TypeOf<typeof createEnrollmentKeyCodec>

export const createEnrollmentKeyCodec = commandCodec(
  'CreateEnrollmentKey',
  {
    /** Fresh. */
    keyId: fresh(enrollmentKeyIdCodec),
    name: titleCodec(64),
    secretHash: secretHashCodec,
    networkIds: shortList(networkIdCodec, 100),
    /** How many machines may join with it; `null`: any number. */
    maxUses: orNull(maxUsesCodec),
    /** `null`: never. */
    expiresAtEpochMs: orNull(epochMsCodec),
    /** Whether its machines take part without an administrator's approval where the network asks for one. */
    preApproved: t.boolean,
    ephemeral: t.boolean,
  },
  {
    /** Its nodes come in relayed by this gateway, of one of the key's networks (C2); none when left out. */
    gateway: keyGatewayCodec,
    /** Given to its nodes (G1). */
    tags: tagsCodec,
  },
)

export const decideCreateEnrollmentKey = (command: CreateEnrollmentKey, state: ExistingMesh): Decision => {
  const { type: _type, ...given } = command
  const { keyId, name, atEpochMs, expiresAtEpochMs } = command
  const facts = {
    ...given,
    networkIds: [...new Set(command.networkIds)],
    gateway: command.gateway ?? null,
    tags: [...new Set(command.tags ?? [])].sort(),
  }
  const present = largeMapGet(state.enrollmentKeys, keyId)
  if (present !== undefined && !present.revoked && enrollmentKeyContentEq.equals(present, facts)) return alreadySo
  if (present !== undefined) return refuse({ code: 'enrollment-key-id-taken', keyId, name: present.name })
  const namesakeId = state.indexes.enrollmentKeyIdsByName.get(name)
  const namesake = namesakeId === undefined ? undefined : largeMapGet(state.enrollmentKeys, namesakeId)
  if (namesake !== undefined && letsIn(namesake, atEpochMs))
    return refuse({ code: 'enrollment-key-name-taken', name, keyId: namesake.keyId })
  if (facts.networkIds.length === 0) return refuse({ code: 'enrollment-key-needs-network', name })
  const unknown = facts.networkIds.find((networkId) => !largeMapHas(state.networks, networkId))
  if (unknown !== undefined) return refuse({ code: 'network-unknown', networkId: unknown })
  const problem = keyGatewayProblem(state, facts)
  if (problem !== undefined) return refuse(problem)
  if (expiresAtEpochMs !== null && !isAhead(expiresAtEpochMs, atEpochMs))
    return refuse({ code: 'expiry-not-ahead', expiresAtEpochMs, atEpochMs })
  return E.right([{ type: 'EnrollmentKeyCreated', ...facts }])
}
