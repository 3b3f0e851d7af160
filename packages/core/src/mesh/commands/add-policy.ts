import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { policyIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { destinationsCodec, directionCodec, policyIdentityProps, sourcesCodec, trafficCodec } from '../policy-codecs.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { canonicalContent, policyProblem, sameContent } from './policy-rules.js'

/** Allow some to talk to some about something (G4). Never takes anything away. `[]` when it is there with the same content. */
export type AddPolicy = t.TypeOf<typeof addPolicyCodec>

export const addPolicyCodec = commandCodec(
  'AddPolicy',
  {
    ...policyIdentityProps,
    /** Fresh. */
    policyId: fresh(policyIdCodec),
    name: titleCodec(64),
    sources: sourcesCodec,
    destinations: destinationsCodec,
    traffic: trafficCodec,
  },
  {
    /** Yes, when left out. */
    enabled: t.boolean,
    /** One-way, when left out. */
    direction: directionCodec,
  },
)

export const decideAddPolicy = (command: AddPolicy, state: ExistingMesh): Decision => {
  const { policyId, networkId, atEpochMs } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const content = canonicalContent({
    ...command,
    enabled: command.enabled ?? true,
    direction: command.direction ?? 'one-way',
  })
  const present = largeMapGet(state.policies, policyId)
  if (present?.networkId === networkId && sameContent(present, content)) return alreadySo
  if (present !== undefined) return refuse({ code: 'policy-id-taken', policyId, name: present.name })
  const problem = policyProblem(state, network, policyId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'PolicyAdded', atEpochMs, policyId, networkId, ...content }])
}
