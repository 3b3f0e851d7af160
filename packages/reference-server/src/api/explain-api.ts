/** Why two can or can't talk. */
import * as t from 'io-ts'
import { body, orNull, queryNumber, title } from './api-codecs.js'
import { pointInTime } from './history-api.js'
import { asOfView } from './host-api.js'
import { packetTraffic } from './plan-api.js'

/** Longer than every name with its network's, every id and every address. */
const end = title(100)

/** `GET /explain`; without a protocol it asks about ICMP. */
export const explainQuery = body(
  { from: end, to: end },
  {
    protocol: t.keyof({ tcp: null, udp: null, icmp: null, other: null }),
    port: queryNumber(1, 65_535),
    /** Now unless told. */
    at: pointInTime,
  },
)

export type ExplainQuery = t.TypeOf<typeof explainQuery>

/** An end of a question or a test. */
export const testEnd = t.union([
  t.readonly(t.strict({ kind: t.literal('node'), nodeId: t.string })),
  t.readonly(t.strict({ kind: t.literal('client'), clientId: t.string })),
  t.readonly(t.strict({ kind: t.literal('address'), address: t.string })),
])

const destination = t.union([
  t.readonly(t.strict({ kind: t.literal('node'), nodeId: t.string, hostId: t.string })),
  t.readonly(t.strict({ kind: t.literal('client'), clientId: t.string })),
  t.readonly(t.strict({ kind: t.literal('egress'), egressId: t.string, hostId: t.string, address: t.string })),
  t.readonly(t.strict({ kind: t.literal('internet'), hostId: t.string, address: t.string })),
])

const trace = t.readonly(
  t.strict({
    packet: t.readonly(t.strict({ source: t.string, destination: t.string, traffic: packetTraffic })),
    hops: t.readonlyArray(
      t.readonly(
        t.strict({
          hostId: t.string,
          /** `null`: made here. */
          from: orNull(t.string),
          action: t.keyof({ sent: null, forwarded: null, delivered: null, dropped: null, 'left-outside': null }),
          why: orNull(t.string),
        }),
      ),
    ),
    verdict: t.union([
      t.readonly(t.strict({ kind: t.literal('delivered'), to: destination, source: t.string })),
      t.readonly(t.strict({ kind: t.literal('dropped'), hostId: t.string, reason: t.string })),
      t.readonly(t.strict({ kind: t.literal('left-outside'), hostId: t.string })),
    ]),
  }),
)

/** `works`: there is a flow, and all of them do. `description`: all of it in words, line by line. */
export const explainAnswer = t.readonly(
  t.strict({
    asOf: asOfView,
    networkId: t.string,
    from: testEnd,
    to: testEnd,
    traffic: packetTraffic,
    works: t.boolean,
    /** One for each family that both ends have. */
    flows: t.readonlyArray(
      t.readonly(
        t.strict({
          source: t.string,
          destination: t.string,
          policy: t.readonly(t.strict({ allowed: t.boolean, by: orNull(t.string) })),
          request: trace,
          reply: orNull(trace),
          works: t.boolean,
        }),
      ),
    ),
    description: t.readonlyArray(t.string),
  }),
)
export type ExplainAnswer = t.TypeOf<typeof explainAnswer>
