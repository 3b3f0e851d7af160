import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { hostIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { hostFactsOptionalProps, hostFactsProps } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { recogniseHost, registerNewHost } from './host-rules.js'

/** Make a machine known without an enrolment key: for products that have their own way of trusting it. `[]` when it is known. */
export type RegisterHost = t.TypeOf<typeof registerHostCodec>

export const registerHostCodec = commandCodec(
  'RegisterHost',
  {
    /** Fresh. */
    hostId: fresh(hostIdCodec),
    ...hostFactsProps,
  },
  hostFactsOptionalProps,
)

export const decideRegisterHost = (command: RegisterHost, state: ExistingMesh): Decision => {
  const recognised = recogniseHost(state, command)
  if (E.isLeft(recognised)) return recognised
  const known = recognised.right
  if (known !== null && known.hostId === command.hostId) return alreadySo
  if (known !== null) return refuse({ code: 'host-registered', hostId: known.hostId, name: known.name })
  const registered = registerNewHost(state, command)
  return E.isLeft(registered) ? registered : E.right([registered.right])
}
