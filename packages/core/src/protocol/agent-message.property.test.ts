import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { describeDecodeError } from '../event-format/describe-decode-error.js'
import { changedFragments } from '../host-config/changed-fragments.js'
import { projectSnapshot } from '../host-config/patch.js'
import { patchesOfStep } from '../host-config/step-patches.js'
import { evolveAll } from '../mesh/evolve.js'
import { emptyMeshState } from '../mesh/mesh-state.js'
import { eventHistories } from '../testing/arbitraries/event-histories.js'
import { nodeId } from '../values/index.js'
import {
  type AgentMessage,
  agentMessageCodec,
  encodeAgentMessage,
  encodePatchMessage,
  encodeServerMessage,
  mostObservations,
  type ServerMessage,
  serverMessageCodec,
} from './agent-message.js'
import type { ReportedObservation } from './observation.js'

const observationsOfAgents = fc
  .array(fc.tuple(fc.nat(100), fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }), { nil: null })), {
    maxLength: mostObservations,
  })
  .map((figures) =>
    figures.map(([missedProbes, roundTripMs]): ReportedObservation => {
      const ofGateway = { gatewayId: nodeId('gate-1'), lossPercent: 0, handshakeAgeMs: null, missedProbes }
      // JSON knows no minus zero.
      return { type: 'gateways-measured', figures: [{ ...ofGateway, roundTripMs: roundTripMs && roundTripMs + 0 }] }
    }),
  )

const decodes = <A>(codec: t.Type<A, unknown>, text: string): A => {
  const decoded = codec.decode(JSON.parse(text))
  if (E.isLeft(decoded)) throw new Error(describeDecodeError(decoded.left))
  return decoded.right
}

describe('law 8: what is written is read back', () => {
  test('every patch and snapshot that a history yields', async () => {
    await fc.assert(
      fc.property(eventHistories(), (batches) => {
        let before = emptyMeshState()
        for (const events of batches) {
          const after = evolveAll(before, events)
          const changes = changedFragments(before, after, events)
          for (const [viewer, list] of patchesOfStep(changes, before, after)) {
            const whole = { type: 'patch', patch: { asOf: changes.asOf, changes: list } } as const
            expect(encodePatchMessage(changes.asOf, list)).toBe(JSON.stringify(whole))
            const patch: ServerMessage = {
              type: 'patch',
              patch: {
                asOf: changes.asOf,
                changes: list.map(({ fragment, change }) => ({
                  fragment,
                  change,
                })),
              },
            }
            const snapshot: ServerMessage = { type: 'snapshot', snapshot: projectSnapshot(after, viewer) }
            for (const message of [patch, snapshot])
              expect(decodes(serverMessageCodec, encodeServerMessage(message))).toEqual(message)
          }
          before = after
        }
      }),
      lawRuns(0.15),
    )
  })

  const agentMessages: readonly AgentMessage[] = [
    { type: 'resume', asOf: null },
    { type: 'resume', asOf: { epoch: 1, revision: 12 } },
    { type: 'table', versions: [['host:a' as never, '0123456789abcdef' as never]] },
    { type: 'ack', asOf: { epoch: 1, revision: 3 }, outcome: 'failed', detail: 'no such device' },
    { type: 'heartbeat', appliedAsOf: null },
    {
      type: 'report',
      report: {
        system: { os: 'linux', osVersion: '12', arch: 'x64', agentVersion: '0.1.0' },
        listenPort: 51_821,
        endpoints: [{ endpoint: '203.0.113.7:51821' as never, origin: 'local' }],
        localPrefixes: ['203.0.113.0/24' as never],
        capabilities: [],
        resolvers: [],
        drift: [],
      },
    },
  ]
  test.each(agentMessages)('an agent says $type', (message) => {
    expect(decodes(agentMessageCodec, encodeAgentMessage(message))).toEqual(message)
  })

  test('an agent says what it sees, a hundred things at once', async () => {
    await fc.assert(
      fc.property(observationsOfAgents, (observations) => {
        const message: AgentMessage = { type: 'observations', observations }
        expect(decodes(agentMessageCodec, encodeAgentMessage(message))).toEqual(message)
      }),
      lawRuns(),
    )
  })

  test('a server asks for measurements of relays', async () => {
    await fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 4 }), (forMs, count) => {
        const gatewayIds = Array.from({ length: count }, (_, at) => nodeId(`gate-${at}`))
        const ends = { nodeId: nodeId('web-1'), otherNodeId: nodeId('db-1') }
        const message: ServerMessage = { type: 'probe-relays', ...ends, gatewayIds, forMs }
        expect(decodes(serverMessageCodec, encodeServerMessage(message))).toEqual(message)
      }),
      lawRuns(),
    )
  })
})

describe('hostile messages get a described error, never a throw', () => {
  const refused = (codec: t.Decoder<unknown, unknown>, input: unknown): string => {
    const decoded = codec.decode(input)
    if (E.isRight(decoded)) return ''
    return describeDecodeError(decoded.left)
  }

  test('anything that JSON can hold', async () => {
    await fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        for (const codec of [agentMessageCodec, serverMessageCodec])
          expect(refused(codec, input).length).toBeLessThan(2000)
      }),
      lawRuns(),
    )
  })

  test.each([
    ['a prototype name as type', '{"type":"constructor"}'],
    ['__proto__ as type', '{"type":"__proto__"}'],
    ['a type that is an object', '{"type":{"type":"resume"}}'],
    ['no type', '{}'],
    ['a list', '[]'],
    [
      'nine endpoints',
      JSON.stringify({
        type: 'report',
        report: {
          system: { os: 'linux', osVersion: '', arch: '', agentVersion: '' },
          listenPort: 1,
          endpoints: Array(9).fill({ endpoint: '203.0.113.7:1', origin: 'local' }),
          localPrefixes: [],
          capabilities: [],
          resolvers: [],
          drift: [],
        },
      }),
    ],
    ['a port out of range', '{"type":"report","report":{"listenPort":65536}}'],
    ['a fragment id of no kind', '{"type":"table","versions":[["secret:x","0123456789abcdef"]]}'],
    ['a revision that is no number', '{"type":"resume","asOf":{"epoch":1,"revision":"9"}}'],
    [
      'a control character in a text',
      '{"type":"ack","asOf":{"epoch":1,"revision":1},"outcome":"failed","detail":"\\u001b[2J"}',
    ],
  ])('%s', (_name, text) => {
    expect(refused(agentMessageCodec, JSON.parse(text))).not.toBe('')
  })

  const measured = { type: 'gateways-measured', figures: [] }
  test.each([
    ['a hundred and one observations', Array(101).fill(measured)],
    ['that another host came or went', [{ type: 'presence-seen', isConnected: false }]],
    ['an observation of no kind', [{ type: 'constructor' }]],
    ['a hundred figures', [{ type: 'gateways-measured', figures: Array(100).fill({}) }]],
    ['no list', measured],
  ])('of an agent: %s', (_name, observations) => {
    expect(refused(agentMessageCodec, { type: 'observations', observations })).not.toBe('')
    expect(refused(agentMessageCodec, { type: 'observations', observations: [measured] })).toBe('')
  })

  const asked = { type: 'probe-relays', nodeId: 'a', otherNodeId: 'b', gatewayIds: ['c'], forMs: 2000 }
  test.each([
    ['no gateway', { gatewayIds: [] }],
    ['five gateways', { gatewayIds: ['c', 'd', 'e', 'f', 'g'] }],
    ['for ever', { forMs: 60_001 }],
    ['for no time', { forMs: 0 }],
    ['nobody', { nodeId: '' }],
  ])('a server asks to measure %s', (_name, wrong) => {
    expect(refused(serverMessageCodec, asked)).toBe('')
    expect(refused(serverMessageCodec, { ...asked, ...wrong })).not.toBe('')
  })

  test('100,000 wrong items and 10,000 levels cost one walk and a short answer', () => {
    const many = { type: 'table', versions: Array.from({ length: 100_000 }, () => ['x', 'y']) }
    expect(refused(agentMessageCodec, many).length).toBeLessThan(2000)
    let deep: unknown = {}
    for (let level = 0; level < 10_000; level += 1) deep = { type: deep }
    expect(refused(serverMessageCodec, deep).length).toBeLessThan(2000)
  })
})
