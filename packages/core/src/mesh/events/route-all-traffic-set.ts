import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Whether all of a node's traffic goes through its internet gateway was switched (D4). Off: its own internet again, nothing blocked. */
export type RouteAllTrafficSet = t.TypeOf<typeof routeAllTrafficSetCodec>

export const routeAllTrafficSetCodec = t.type(
  {
    type: t.literal('RouteAllTrafficSet'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    routeAllTraffic: t.boolean,
    cause: t.keyof({
      command: null,
      'gateway-removed': null,
      'internet-gateway-disabled': null,
      'relay-changed': null,
      'node-left': null,
      'network-removed': null,
    }),
  },
  'RouteAllTrafficSet',
)

export const evolveRouteAllTrafficSet = (draft: MeshDraft, event: RouteAllTrafficSet): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node !== undefined) node.routeAllTraffic = event.routeAllTraffic
}
