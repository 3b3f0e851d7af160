/**
 * Commit-confirm (A10): a host takes back what cut it off from its server. What can do that is put into effect on probation: when the
 * server is heard of at the end of a window it is confirmed, when it is silent it is reverted, section by section, to what was confirmed
 * last. Received configs go on as if nothing had happened; a reverted section is tried again when it has other content, or when somebody
 * says so.
 *
 * Pure: whoever runs it says what is desired, when, and when the server was last heard of, and keeps the state on disk before a change is
 * made, so that a crash inside the window changes nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AsOf } from '../host-config/fragment-change.js'
import type { ConnectionEnd } from '../ports/agent-transport.js'
import { type IpAddress, ipPrefix, parseIpAddress, prefixContainsAddress } from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import { noPolicyRouting } from './policy-routing.js'
import {
  changedSections,
  type UnderlayContents,
  type UnderlaySection,
  underlayOf,
  underlaySections,
  underlayText,
  withSections,
} from './underlay-sections.js'

/** What a host knows of how its changes fared. Plain data: it is kept on disk. */
export interface ProbationState {
  /** Under which the server was last heard of for sure; `null`: under none yet. */
  readonly confirmed: UnderlayContents | null
  /** In effect, or about to be, and not confirmed yet. */
  readonly pending: PendingChange | null
  readonly reverted: readonly RevertedSection[]
}

/** A change on probation. */
export interface PendingChange {
  /** Of the config that it came with. */
  readonly asOf: AsOf
  readonly contents: UnderlayContents
  /** False: the server was silent before already, so its silence proves nothing, and nothing is reverted for it. */
  readonly isArmed: boolean
}

/** A section that is as it was confirmed last, and not as received. */
export interface RevertedSection {
  readonly section: UnderlaySection
  /** Of the config whose content was reverted. */
  readonly asOf: AsOf
  /** `server-silent`: it cut the host off from its server. */
  readonly reason: 'server-silent'
  /** The content that is not tried again. */
  readonly refused: string
}

/** Milliseconds. */
export interface ProbationTimes {
  /** A change is judged so long after it was made. */
  readonly windowMs: number
  /** Silent: nothing heard for so long; three heartbeats. */
  readonly silentMs: number
}

/** Thirty seconds; three heartbeats of two seconds. */
export const PROBATION_TIMES: ProbationTimes = { windowMs: 30_000, silentMs: 6000 }

/** Of a host of which nothing is known yet. */
export const noProbation: ProbationState = { confirmed: null, pending: null, reverted: [] }

/** What is to be put into effect: as received, but for what was reverted. */
export const onProbation = ({ confirmed, reverted }: ProbationState, received: DesiredHost): DesiredHost =>
  withSections(
    received,
    confirmed ?? beforeAnything(received),
    reverted.map(({ section }) => section),
  )

/** Nothing that could be in the way. The MTU of an interface that wasn't there cut off nobody. */
const beforeAnything = ({ mtuBytes }: DesiredHost): UnderlayContents => ({
  policyRouting: noPolicyRouting,
  routes: [],
  addresses: [],
  mtuBytes,
})

/** Before a received config is put into effect. The same state again where nothing that matters is new. */
export const beginProbation = (
  before: ProbationState,
  received: DesiredHost,
  asOf: AsOf,
  times: ContactTimes,
  { silentMs }: ProbationTimes = PROBATION_TIMES,
): ProbationState => {
  const state = { ...before, confirmed: provenBy(before, times, silentMs) }
  const wanted = underlayOf(received)
  const still = state.reverted.filter(({ section, refused }) => underlayText(wanted, section) === refused)
  const reverted = still.length === state.reverted.length ? state.reverted : still
  const contents = underlayOf(onProbation({ ...state, reverted }, received))
  const { confirmed } = state
  const { pending } = before
  if (unproven({ confirmed, reverted }, contents, received).length === 0) {
    return pending === null && reverted === before.reverted ? before : { confirmed, pending: null, reverted }
  }
  const goesOn = pending !== null && changedSections(contents, pending.contents).length === 0
  if (goesOn) return reverted === before.reverted ? before : { ...before, reverted }
  const isArmed = isHeard(times, silentMs) || (pending?.isArmed ?? false)
  return { confirmed, pending: { asOf, contents, isArmed }, reverted }
}

/** A server that is heard of some heartbeats after a change is there with it: nothing of that was on its way before. */
const provenBy = (
  { confirmed, pending }: ProbationState,
  times: ContactTimes,
  silentMs: number,
): UnderlayContents | null => {
  const { heardAtMs, changedAtMs } = times
  const isProven = heardAtMs !== null && heardAtMs - changedAtMs >= silentMs && isHeard(times, silentMs)
  return pending !== null && isProven ? pending.contents : confirmed
}

const isHeard = ({ nowMs, heardAtMs }: ContactTimes, silentMs: number): boolean =>
  heardAtMs !== null && nowMs - heardAtMs < silentMs

/** Sections that are otherwise than confirmed, and not because they were reverted. */
const unproven = (
  { confirmed, reverted }: Pick<ProbationState, 'confirmed' | 'reverted'>,
  contents: UnderlayContents,
  received: DesiredHost,
): readonly UnderlaySection[] => {
  const isReverted = new Set(reverted.map(({ section }) => section))
  return changedSections(contents, confirmed ?? beforeAnything(received)).filter((section) => !isReverted.has(section))
}

/** By one monotonic clock, in milliseconds. */
export interface ContactTimes {
  readonly nowMs: number
  /** When the pending change was made. */
  readonly changedAtMs: number
  /** When something last came from the server's machine; `null`: nothing did. */
  readonly heardAtMs: number | null
}

/** What is known when a change is judged. */
export interface ProbationFacts extends ContactTimes {
  /** Another host, reached without the server, says that it lost the server as well. */
  readonly isServerLostToOthers: boolean
}

/** What becomes of the pending change now. `waiting`: nothing yet. */
export type ProbationVerdict = 'none-pending' | 'waiting' | 'confirmed' | 'reverted'

/** Judges the pending change. To be called again and again while there is one. */
export const judgeProbation = (
  state: ProbationState,
  received: DesiredHost,
  facts: ProbationFacts,
  times: ProbationTimes = PROBATION_TIMES,
): { readonly verdict: ProbationVerdict; readonly state: ProbationState } => {
  const { pending, reverted } = state
  const { nowMs, changedAtMs, heardAtMs, isServerLostToOthers } = facts
  if (pending === null) return { verdict: 'none-pending', state }
  if (nowMs - changedAtMs < times.windowMs) return { verdict: 'waiting', state }
  const isThere = heardAtMs !== null && heardAtMs > changedAtMs && isHeard(facts, times.silentMs)
  if (isThere) return { verdict: 'confirmed', state: { confirmed: pending.contents, pending: null, reverted } }
  // Others may have heard the server's last words a heartbeat later: they are given the time to notice, and to say so.
  const isLongSilent = heardAtMs === null || nowMs - heardAtMs >= 2 * times.silentMs
  if (!pending.isArmed || !isLongSilent || isServerLostToOthers) return { verdict: 'waiting', state }
  return { verdict: 'reverted', state: revert(state, pending, received) }
}

const revert = (state: ProbationState, pending: PendingChange, received: DesiredHost): ProbationState => {
  const { asOf } = pending
  const wanted = underlayOf(received)
  const added = unproven(state, pending.contents, received).map((section): RevertedSection => {
    return { section, asOf, reason: 'server-silent', refused: underlayText(wanted, section) }
  })
  const all = [...state.reverted, ...added]
  const rank = ({ section }: RevertedSection) => underlaySections.indexOf(section)
  return { ...state, pending: null, reverted: all.sort((one, other) => rank(one) - rank(other)) }
}

/** Everything as received is to be tried again, because somebody says so. */
export const retryReverted = (state: ProbationState): ProbationState =>
  state.reverted.length === 0 ? state : { ...state, reverted: [] }

/**
 * Whether the end of a connection, or of an attempt at one, came from the server's machine: then there is a way to it. A host that was
 * given the server's own address is refused by itself, and so is one whose forwarder has lost its way to the server.
 */
export const provesServerThere = ({ code, address }: ConnectionEnd, { pending }: ProbationState): boolean =>
  serverThere[code] && !isOfTheHostItself(address, pending?.contents.addresses ?? [])

const isOfTheHostItself = (address: string | undefined, own: readonly IpAddress[]): boolean => {
  const parsed = parseIpAddress(address ?? '')
  if (E.isLeft(parsed)) return false
  return own.includes(parsed.right) || loopback.some((range) => prefixContainsAddress(range, parsed.right))
}

const loopback = ['127.0.0.0/8', '::1/128'].map(ipPrefix)

const serverThere: Readonly<Record<ConnectionEnd['code'], boolean>> = {
  'closed-here': false,
  'connection-lost': false,
  'heartbeat-missed': false,
  'message-too-large': false,
  'protocol-violated': false,
  'closed-there': true,
  'connection-refused': true,
  'authentication-failed': true,
  'replaced-by-newer-connection': true,
  'server-stopping': true,
}
