import {
  epochMsCodec,
  type Host,
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  largeMapGet,
  type MeshState,
  type ReactionMemory,
  udpEndpointCodec,
  wireguardPublicKeyCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import type { HostPresence } from '../agents/presence.js'
import { body, listenPort, mtuBytes, orNull, queryNumber } from './api-codecs.js'
import { nodeView, viewNode } from './node-api.js'

/** A place in the mesh's history. */
export const asOfView = t.readonly(t.strict({ epoch: t.number, revision: t.number }))

const endpointView = t.readonly(
  t.strict({ endpoint: udpEndpointCodec, origin: t.keyof({ local: null, observed: null, declared: null }) }),
)

const systemView = t.readonly(
  t.strict({
    os: t.keyof({ linux: null, windows: null, macos: null, other: null }),
    osVersion: t.string,
    arch: t.string,
    agentVersion: t.string,
  }),
)

/** What this server sees of the host's agent now. */
const presenceView = t.readonly(
  t.strict({
    online: t.boolean,
    /** `null`: not seen since this server started. */
    lastContactEpochMs: orNull(t.number),
    connectedSinceEpochMs: orNull(t.number),
    remoteAddress: orNull(t.string),
    /** Up to where it took over its config. */
    acknowledged: orNull(asOfView),
    outcome: orNull(t.keyof({ applied: null, failed: null, reverted: null })),
    detail: orNull(t.string),
    drift: t.readonlyArray(t.string),
  }),
)

/** A machine with its nodes. */
export const hostView = t.readonly(
  t.strict({
    hostId: hostIdCodec,
    name: hostNameCodec,
    system: systemView,
    listenPort: t.number,
    mtuBytes: orNull(t.number),
    wireguardKey: wireguardPublicKeyCodec,
    identityKey: identityPublicKeyCodec,
    controlAddress4: ipv4AddressCodec,
    controlAddress6: ipv6AddressCodec,
    endpoints: t.readonlyArray(endpointView),
    localPrefixes: t.readonlyArray(ipPrefixCodec),
    capabilities: t.readonlyArray(t.string),
    resolvers: t.readonlyArray(ipAddressCodec),
    registeredAtEpochMs: epochMsCodec,
    nodes: t.readonlyArray(nodeView),
    presence: presenceView,
  }),
)
export type HostView = t.TypeOf<typeof hostView>

export const hostAnswer = t.readonly(t.strict({ host: hostView }))
/** `next`: give it as `after` to go on; `null` at the end. */
export const hostsAnswer = t.readonly(t.strict({ hosts: t.readonlyArray(hostView), next: orNull(hostIdCodec) }))

export const hostsQuery = body({}, { after: hostIdCodec, limit: queryNumber(1, 10_000) })
export const hostParams = t.readonly(t.strict({ hostId: hostIdCodec }))

/** `PATCH /hosts/:hostId`; what is left out stays. */
export const updateHostBody = body({}, { name: hostNameCodec, listenPort, mtuBytes: orNull(mtuBytes) })

export interface HostViewContext {
  readonly memory: ReactionMemory
  readonly presence: HostPresence | undefined
}

export const viewHost = (state: MeshState, host: Host, { memory, presence }: HostViewContext): HostView => {
  const { nodeIds, ...facts } = host
  return {
    ...facts,
    nodes: nodeIds.flatMap((nodeId) => {
      const node = largeMapGet(state.nodes, nodeId)
      return node === undefined ? [] : (viewNode(state, memory, node) ?? [])
    }),
    presence: {
      online: (presence?.connectedSinceEpochMs ?? null) !== null,
      lastContactEpochMs: presence?.lastContactEpochMs ?? null,
      connectedSinceEpochMs: presence?.connectedSinceEpochMs ?? null,
      remoteAddress: presence?.remoteAddress ?? null,
      acknowledged: presence?.acknowledged ?? null,
      outcome: presence?.outcome ?? null,
      detail: presence?.detail ?? null,
      drift: presence?.drift ?? [],
    },
  }
}
