import type * as t from 'io-ts'
import { nodeIdCodec } from '../values/index.js'
import { orNull } from './event-parts.js'
import { kindCodec } from './kind-codec.js'
import type { KeyGateway } from './mesh-state.js'

/** By which gateway somebody is to be relayed. */
export const wishedGatewayCodec: t.Type<KeyGateway, unknown> = kindCodec<KeyGateway, 'mode'>('a gateway', 'mode', {
  manual: { nodeId: nodeIdCodec },
  auto: {},
})

/** By which gateway an enrolment key's nodes are relayed; `null`: none. */
export const keyGatewayCodec: t.Type<KeyGateway | null, unknown> = orNull(wishedGatewayCodec)
