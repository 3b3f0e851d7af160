import type * as t from 'io-ts'
import { nodeIdCodec } from '../values/index.js'
import { orNull } from './event-parts.js'
import { kindCodec } from './kind-codec.js'
import type { KeyGateway } from './mesh-state.js'

/** By which gateway an enrolment key's nodes are relayed; `null`: none. */
export const keyGatewayCodec: t.Type<KeyGateway | null, unknown> = orNull(
  kindCodec<KeyGateway, 'mode'>('the gateway of an enrolment key', 'mode', {
    manual: { nodeId: nodeIdCodec },
    auto: {},
  }),
)
