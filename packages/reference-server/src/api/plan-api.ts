import {
  type CommandPlan,
  hostIdCodec,
  type MemberId,
  networkIdCodec,
  nodeIdCodec,
  type ReachedPlace,
} from '@meshfold/core'
import * as t from 'io-ts'
import { eventData } from './event-api.js'
import { asOfView } from './host-api.js'

/** Ids of nodes, clients and egresses, and the word `internet`, are texts of one kind. */
const memberIds = t.readonlyArray(nodeIdCodec as t.Type<MemberId, string>)
const places = t.readonlyArray(nodeIdCodec as t.Type<ReachedPlace, string>)

/** What a packet carries. */
export const packetTraffic = t.union([
  t.readonly(t.strict({ protocol: t.keyof({ tcp: null, udp: null }), port: t.number })),
  t.readonly(t.strict({ protocol: t.keyof({ icmp: null, other: null }) })),
])

const reached = t.readonlyArray(
  t.readonly(
    t.strict({ networkId: networkIdCodec, from: memberIds, to: places, traffic: t.readonlyArray(packetTraffic) }),
  ),
)

const differences = t.readonlyArray(
  t.readonly(
    t.strict({
      part: t.string,
      what: t.string,
      change: t.keyof({ comes: null, goes: null, changes: null }),
      gained: t.readonlyArray(t.string),
      lost: t.readonlyArray(t.string),
    }),
  ),
)

/** Whose configs change and how, and who gains or loses whom. */
export const stateChangeFields = {
  /** Each with how many fragments it is sent, and which; of very many the first. */
  hosts: t.readonlyArray(
    t.readonly(t.strict({ hostId: hostIdCodec, fragmentCount: t.number, fragments: t.readonlyArray(t.string) })),
  ),
  /** Hosts that change alike together. */
  configs: t.readonlyArray(t.readonly(t.strict({ hostIds: t.readonlyArray(hostIdCodec), differences }))),
  reachability: t.readonly(
    t.strict({
      gained: reached,
      lost: reached,
      /** What was tried between members, and how many pairs; each stands for all that are alike. */
      traffic: t.readonlyArray(packetTraffic),
      pairs: t.number,
      /** False: it would have taken too long to look at all. */
      isComplete: t.boolean,
    }),
  ),
} as const

/** With `dryRun=true`: what a call would do. Nothing was written. */
export const planAnswer = t.readonly(
  t.strict({
    dryRun: t.literal(true),
    /** Decided on the mesh as it was then. */
    asOf: asOfView,
    /** In the order in which they would be written; none: it is so already. */
    events: t.readonlyArray(t.readonly(t.strict({ type: t.string, description: t.string, data: t.UnknownRecord }))),
    ...stateChangeFields,
    /** All of it in words, line by line. */
    description: t.readonlyArray(t.string),
  }),
)
export type PlanAnswer = t.TypeOf<typeof planAnswer>

/** `eventLines`: one for each event; `changeLines`: what follows for hosts. */
export const viewPlan = (
  asOf: PlanAnswer['asOf'],
  { events, hosts, configs, reachability }: CommandPlan,
  eventLines: readonly string[],
  changeLines: readonly string[],
): PlanAnswer => ({
  dryRun: true,
  asOf,
  events: events.map((event, at) => ({
    type: event.type,
    description: eventLines[at] ?? '',
    data: eventData(event),
  })),
  hosts,
  configs,
  reachability,
  description: events.length === 0 ? [NOTHING] : [...eventList(eventLines), ...changeLines],
})

const NOTHING = 'It is so already: nothing would change.'
const MOST_LINES = 20

const eventList = (lines: readonly string[]): readonly string[] => [
  lines.length === 1 ? 'This would happen:' : `These ${lines.length} things would happen:`,
  ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`),
  ...(lines.length > MOST_LINES ? [`  and ${lines.length - MOST_LINES} more`] : []),
]
