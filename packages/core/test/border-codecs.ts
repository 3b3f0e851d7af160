/** Every codec through which something from outside gets in, with what it takes: all of them are held to the same laws. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { decodeWith } from '../src/event-format/describe-decode-error.js'
import { eventEnvelopeCodec } from '../src/event-format/event-envelope-codec.js'
import { changedFragments } from '../src/host-config/changed-fragments.js'
import type { Patch, Snapshot } from '../src/host-config/fragment-change.js'
import { patchOfStep, projectSnapshot } from '../src/host-config/patch.js'
import { evolveAll, replay } from '../src/mesh/evolve.js'
import { largeMapKeys } from '../src/mesh/large-map.js'
import { meshCommandCodec } from '../src/mesh/mesh-command.js'
import { decodeMeshEvent, encodeMeshEvent } from '../src/mesh/mesh-event-format.js'
import type { MeshState } from '../src/mesh/mesh-state.js'
import {
  type AgentMessage,
  agentMessageCodec,
  hostReportCodec,
  serverMessageCodec,
} from '../src/protocol/agent-message.js'
import { agentFinishCodec, agentHelloCodec, serverHelloCodec } from '../src/protocol/connect-handshake-messages.js'
import {
  enrollmentAnswerBodyCodec,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
} from '../src/protocol/enrollment-messages.js'
import { fragmentCodec } from '../src/protocol/fragment-codecs.js'
import { hostClaimsCodec } from '../src/protocol/host-claims.js'
import type { ReportedObservation } from '../src/protocol/observation.js'
import { observationCodec, reportedObservationCodec } from '../src/protocol/observation-codecs.js'
import { patchCodec, snapshotCodec } from '../src/protocol/patch-codecs.js'
import { pathMessageCodec, signedVectorCodec } from '../src/protocol/path-message.js'
import { carriedMeshes } from '../src/testing/arbitraries/carried-meshes.js'
import { arbitraryMeshCommand, arbitraryMeshEvent, meshHistory } from '../src/testing/arbitraries/mesh.js'
import {
  arbitraryEpochMs,
  arbitraryHostId,
  arbitraryIdentityPublicKey,
  arbitraryMeshId,
  arbitraryWireguardPublicKey,
} from '../src/testing/arbitraries/values.js'
import { commandId, encodeBase64, eventId, type HostId } from '../src/values/index.js'

/** A codec at a border. */
export interface BorderCodec {
  /** What came, or what is wrong with it, in English. */
  readonly decode: (input: unknown) => E.Either<string, unknown>
  /** What it takes, as JSON. */
  readonly sound: fc.Arbitrary<unknown>
}

const border = (codec: t.Decoder<unknown, unknown>, sound: fc.Arbitrary<unknown>): BorderCodec => ({
  decode: (input) => described(decodeWith(codec, input)),
  sound,
})

const described = E.mapLeft(({ message }: { readonly message: string }) => message)

const provenance = { eventId: eventId('e'), commandId: commandId('c'), actor: 'admin', reason: null, source: null }
const fixtures = new URL('../fixtures/events/', import.meta.url)
/** Of every version that there ever was: upcasters see what nobody has checked. */
const oldEvents: readonly unknown[] = readdirSync(fixtures).flatMap((type) =>
  readdirSync(new URL(`${type}/`, fixtures)).map((file) =>
    JSON.parse(readFileSync(new URL(`${type}/${file}`, fixtures), 'utf8')),
  ),
)
const events: BorderCodec = {
  decode: (input) => {
    const envelope = decodeWith(eventEnvelopeCodec, input)
    return E.isLeft(envelope) ? described(envelope) : described(decodeMeshEvent(envelope.right))
  },
  sound: fc.oneof(
    arbitraryMeshEvent.map((event) => encodeMeshEvent(event, provenance)),
    fc.constantFrom(...oldEvents),
  ),
}

/** A mesh, a host of it, and the step that led there. */
interface Viewed {
  readonly before: MeshState
  readonly after: MeshState
  readonly viewer: HostId
  readonly patch: Patch
}
const viewed: fc.Arbitrary<Viewed> = fc
  .tuple(
    fc.oneof(
      carriedMeshes(15),
      meshHistory({ maxCommands: 40 }).map(({ events: all }) => all.map((event) => [event])),
    ),
    fc.nat(),
    fc.nat(),
  )
  .filter(([batches]) => batches.length > 0)
  .map(([batches, at, who]) => {
    const step = at % batches.length
    const before = replay(batches.slice(0, step).flat())
    const after = evolveAll(before, batches[step] ?? [])
    const hosts = [...largeMapKeys(after.hosts)].sort()
    const viewer = hosts[who % Math.max(1, hosts.length)] ?? ('nobody' as HostId)
    const changes = changedFragments(before, after, batches[step] ?? [])
    return {
      before,
      after,
      viewer,
      patch: { asOf: changes.asOf, changes: patchOfStep(changes, before, after, viewer) },
    }
  })
const snapshots: fc.Arbitrary<Snapshot> = viewed.map(({ after, viewer }) => projectSnapshot(after, viewer))
const fragments = fc
  .tuple(snapshots, fc.nat())
  .map(([snapshot, at]) => snapshot.fragments[at % Math.max(1, snapshot.fragments.length)])
  .filter((fragment) => fragment !== undefined)

/** A config with the patch that comes next: what an agent applies. */
export const snapshotsWithPatches: fc.Arbitrary<{ viewer: HostId; snapshot: Snapshot; patch: Patch }> = viewed.map(
  ({ before, viewer, patch }) => ({ viewer, snapshot: projectSnapshot(before, viewer), patch }),
)

const report = {
  system: { os: 'linux', osVersion: '12', arch: 'x64', agentVersion: '0.1.0' },
  listenPort: 51_821,
  endpoints: [{ endpoint: '203.0.113.7:51821', origin: 'local' }],
  localPrefixes: ['203.0.113.0/24', '2001:db8::/64'],
  capabilities: ['filter', 'forward'],
  resolvers: ['192.0.2.53', '2001:db8::53'],
  drift: ['The route to 10.1.0.0/16 is gone.'],
}
const asOf = { epoch: 1, revision: 12 }
const agentMessages: readonly object[] = [
  { type: 'resume', asOf: null },
  { type: 'resume', asOf },
  {
    type: 'table',
    versions: [
      ['host:a', '0123456789abcdef'],
      ['set:n/tag:web', 'fedcba9876543210'],
    ],
  },
  {
    type: 'ack',
    asOf,
    outcome: 'failed' satisfies Extract<AgentMessage, { type: 'ack' }>['outcome'],
    detail: 'no device',
  },
  { type: 'heartbeat', appliedAsOf: asOf },
  { type: 'report', report },
]
const figure = { gatewayId: 'gate-1', roundTripMs: 12.5, lossPercent: 0, missedProbes: 0, handshakeAgeMs: 4000 }
const silent = { gatewayId: 'gate-2', roundTripMs: null, lossPercent: 100, missedProbes: 3, handshakeAgeMs: null }
const broken = { kind: 'broken', unansweredForMs: 20_000, missedProbes: 3, handshakeAgeMs: null }
const pairId = 'node-1+node-2'
const reported: { readonly [T in ReportedObservation['type']]: object } = {
  'vector-told': { sequence: 7, gatewayIds: ['gate-1'], figures: [figure, silent] },
  'gateways-measured': { figures: [figure, silent] },
  'pair-unreachable': { nodeId: 'node-1', otherNodeId: 'node-2', failure: broken },
  'relays-probed': { nodeId: 'node-1', otherNodeId: 'node-2', probed: [{ gatewayId: 'gate-1', roundTripMs: 3 }] },
  'pair-moved': {
    pairId,
    gatewayIds: ['gate-1'],
    sequence: 8,
    figures: [figure],
    otherRoundTrips: [{ gatewayId: 'gate-1', roundTripMs: 0.5 }],
  },
  'pair-direct': { pairId, ownEchoAgeMs: 100, otherEchoAgeMs: null, handshakeAgeMs: 5 },
  'endpoints-reached': { reached: [{ hostId: 'host-1', endpoint: '203.0.113.7:51821' }] },
  'ranges-served': { servedEgressIds: ['office'], unservable: [{ egressId: 'lab', reason: 'no-route' }] },
}
const reportedObservations = fc.constantFrom<object>(
  ...Object.entries(reported).map(([type, rest]) => ({ type, ...rest })),
  {
    type: 'pair-unreachable',
    nodeId: 'a',
    otherNodeId: 'b',
    failure: { kind: 'never-connected', tryingForMs: 10_000 },
  },
)
const observations = fc
  .tuple(
    fc.oneof(reportedObservations, fc.constant({ type: 'presence-seen', isConnected: true })),
    arbitraryHostId,
    arbitraryEpochMs,
  )
  .map(([what, hostId, observedAtEpochMs]) => ({ ...what, hostId, observedAtEpochMs }))

const allAgentMessages = fc.oneof(
  fc.constantFrom(...agentMessages),
  fc.array(reportedObservations, { maxLength: 4 }).map((said) => ({ type: 'observations', observations: said })),
  arbitraryWireguardPublicKey.map((wireguardKey) => ({ type: 'offer-key', wireguardKey })),
  arbitraryWireguardPublicKey.map((wireguardKey) => ({
    type: 'prove-key',
    proof: { wireguardKey, nonce: 'A'.repeat(22), mac: 'A'.repeat(43), signature: 'A'.repeat(86) },
  })),
)

const serverMessages = fc.oneof(
  snapshots.map((snapshot) => ({ type: 'snapshot', snapshot })),
  viewed.map(({ patch }) => ({ type: 'patch', patch })),
  fc.constantFrom<object>(
    { type: 'table-wanted' },
    { type: 'heartbeat', asOf },
    { type: 'report-refused', code: 'host-unknown', message: 'There is no such host.' },
    { type: 'probe-relays', nodeId: 'node-1', otherNodeId: 'node-2', gatewayIds: ['gate-1', 'gate-2'], forMs: 2000 },
    { type: 'rotate-key' },
  ),
  arbitraryWireguardPublicKey.map((wireguardKey) => ({
    type: 'key-challenge',
    challenge: { wireguardKey, nonce: 'A'.repeat(22), challengeKey: 'A'.repeat(43) },
  })),
  arbitraryWireguardPublicKey.map((wireguardKey) => ({
    ...{ type: 'key-refused', wireguardKey, code: 'wireguard-key-taken' },
    ...{ message: 'Another host has it.', isFinal: true },
  })),
)

const vector = {
  hostId: 'host-1',
  sequence: 1_700_000_000_000,
  gatewayIds: ['gate-1', 'gate-2'],
  servedEgressIds: ['office'],
  signature: 'A'.repeat(86),
}
const pathMessages = fc.constantFrom<object>(
  { type: 'probe', id: 1, vector: null, echoAgeMs: 12, asksWhere: false },
  { type: 'probe', id: 2 ** 48, vector, echoAgeMs: null, asksWhere: false },
  { type: 'echo', id: 1, held: 0, vector, seenAt: '203.0.113.7:51821', isServerLost: true },
  { type: 'echo', id: 1, held: 7, vector: null, seenAt: null, isServerLost: false },
  { type: 'vectors', vectors: [vector, vector] },
  { type: 'held', held: [{ hostId: 'host-1', sequence: 0 }] },
)

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => encodeBase64(value, 'url'))
const keys = { wireguardKey: arbitraryWireguardPublicKey, identityKey: arbitraryIdentityPublicKey }
const epoch = fc.maxSafeNat()

/** By name; those that the public interface exports have the name that they have there. */
export const borderCodecs: { readonly [name: string]: BorderCodec } = {
  'eventEnvelopeCodec, then decodeMeshEvent': events,
  meshCommandCodec: border(meshCommandCodec, arbitraryMeshCommand),
  agentMessageCodec: border(agentMessageCodec, allAgentMessages),
  serverMessageCodec: border(serverMessageCodec, serverMessages),
  hostReportCodec: border(hostReportCodec, fc.constant(report)),
  reportedObservationCodec: border(reportedObservationCodec, reportedObservations),
  observationCodec: border(observationCodec, observations),
  pathMessageCodec: border(pathMessageCodec, pathMessages),
  signedVectorCodec: border(signedVectorCodec, fc.constant(vector)),
  fragmentCodec: border(fragmentCodec, fragments),
  patchCodec: border(
    patchCodec,
    viewed.map(({ patch }) => patch),
  ),
  snapshotCodec: border(snapshotCodec, snapshots),
  hostClaimsCodec: border(
    hostClaimsCodec,
    fc.constant({
      ...report,
      drift: undefined,
      name: 'web-1',
      mtuBytes: 1420,
      capabilities: ['filter', 'from-the-future'],
    }),
  ),
  enrollmentRequestCodec: border(
    enrollmentRequestCodec,
    fc.record({ keyId: fc.constant('office-2026'), ...keys, hostNonce: bytes(16) }),
  ),
  enrollmentChallengeCodec: border(
    enrollmentChallengeCodec,
    fc.record({
      meshId: arbitraryMeshId,
      serverIdentityKey: arbitraryIdentityPublicKey,
      challengeKey: bytes(32),
      nonce: bytes(16),
      expiresAtEpochMs: arbitraryEpochMs,
      signature: bytes(64),
    }),
  ),
  enrollmentProofCodec: border(
    enrollmentProofCodec,
    fc.record({
      nonce: bytes(16),
      ...keys,
      claims: fc.json(),
      hostEphemeralKey: bytes(32),
      sealedSecret: bytes(60),
      mac: bytes(32),
      signature: bytes(64),
    }),
  ),
  enrollmentAnswerCodec: border(enrollmentAnswerCodec, fc.record({ body: fc.json(), signature: bytes(64) })),
  enrollmentAnswerBodyCodec: border(
    enrollmentAnswerBodyCodec,
    fc.record({
      meshId: arbitraryMeshId,
      hostId: arbitraryHostId,
      serverIdentityKey: arbitraryIdentityPublicKey,
      epoch,
      agentUrlPath: fc.constant('/agent'),
    }),
  ),
  'agentHelloCodec of the handshake': border(
    agentHelloCodec,
    fc.record({
      type: fc.constant('agent-hello'),
      protocolVersion: fc.constant(1),
      meshId: arbitraryMeshId,
      hostId: arbitraryHostId,
      knownEpoch: fc.option(epoch),
      nonce: bytes(32),
      keyShare: bytes(32),
    }),
  ),
  'serverHelloCodec of the handshake': border(
    serverHelloCodec,
    fc.record({
      type: fc.constant('server-hello'),
      epoch,
      heartbeatIntervalMs: fc.integer({ min: 10, max: 60_000 }),
      nonce: bytes(32),
      keyShare: bytes(32),
      signature: bytes(64),
    }),
  ),
  'agentFinishCodec of the handshake': border(
    agentFinishCodec,
    fc.record({ type: fc.constant('agent-finish'), signature: bytes(64) }),
  ),
}
