/**
 * Commit-confirm (A10): a host takes back what cut it off from its server. What can do that is put into effect on probation: when the
 * server is heard of at the end of a window it is confirmed, when it is silent it is reverted, section by section, to what was confirmed
 * last. Received configs go on as if nothing had happened; a reverted section is tried again when it has other content, when somebody
 * says so, or when the server is back that stayed silent without it, too: then it was not what cut the host off. A host of which nothing
 * was ever confirmed has nothing to lose: it tries again in any case, less and less often.
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
  /** How often something was reverted before anything was confirmed. */
  readonly firstReverts: number
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
  readonly proof: RevertProof
}

/**
 * What became of the server after a section was reverted. `awaited`: it is silent still, and may come back any moment; `server-came-back`:
 * so the section was to blame; `made-no-difference`: it stayed silent, and the section is tried again when it is heard of; `in-doubt`: it
 * came back, but nothing was ever confirmed here, and the section is tried again after a while.
 */
export type RevertProof = 'awaited' | 'server-came-back' | 'made-no-difference' | 'in-doubt'

/** Milliseconds. */
export interface ProbationTimes {
  /** A change is judged so long after it was made. */
  readonly windowMs: number
  /** Silent: nothing heard for so long; three heartbeats. */
  readonly silentMs: number
  /** A host that can reach its server again does so within this time, whatever it waited for. */
  readonly backWithinMs: number
}

/** Thirty seconds; three heartbeats of two seconds; three times what an attempt and the longest wait before it take. */
export const PROBATION_TIMES: ProbationTimes = { windowMs: 30_000, silentMs: 6000, backWithinMs: 30_000 }

/** Of a host of which nothing is known yet. */
export const noProbation: ProbationState = { confirmed: null, pending: null, reverted: [], firstReverts: 0 }

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
  { silentMs }: Pick<ProbationTimes, 'silentMs'> = PROBATION_TIMES,
): ProbationState => {
  const state = { ...before, confirmed: provenBy(before, times, silentMs) }
  const wanted = underlayOf(received)
  const still = state.reverted.filter(({ section, refused }) => underlayText(wanted, section) === refused)
  const reverted = still.length === state.reverted.length ? state.reverted : still
  const contents = underlayOf(onProbation({ ...state, reverted }, received))
  const { confirmed } = state
  const { pending } = before
  if (unproven({ confirmed, reverted }, contents, received).length === 0) {
    return pending === null && reverted === before.reverted ? before : { ...state, pending: null, reverted }
  }
  const goesOn = pending !== null && changedSections(contents, pending.contents).length === 0
  if (goesOn) return reverted === before.reverted ? before : { ...before, reverted }
  const isArmed = isHeard(times, silentMs) || (pending?.isArmed ?? false)
  return { ...state, pending: { asOf, contents, isArmed }, reverted }
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

const isHeard = ({ nowMs, heardAtMs }: Pick<ContactTimes, 'nowMs' | 'heardAtMs'>, silentMs: number): boolean =>
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
  /** Since when whoever judges has been listening: what came while a machine was paused was not heard. */
  readonly listensSinceMs: number
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
  const { pending } = state
  const { nowMs, changedAtMs, heardAtMs, listensSinceMs, isServerLostToOthers } = facts
  if (pending === null) return { verdict: 'none-pending', state }
  if (nowMs - changedAtMs < times.windowMs) return { verdict: 'waiting', state }
  const isThere = heardAtMs !== null && heardAtMs > changedAtMs && isHeard(facts, times.silentMs)
  if (isThere) return { verdict: 'confirmed', state: { ...state, confirmed: pending.contents, pending: null } }
  // Others may have heard the server's last words a heartbeat later: they are given the time to notice, and to say so.
  const isLongSilent = nowMs - Math.max(heardAtMs ?? listensSinceMs, listensSinceMs) >= 2 * times.silentMs
  if (!pending.isArmed || !isLongSilent || isServerLostToOthers) return { verdict: 'waiting', state }
  return { verdict: 'reverted', state: revert(state, pending, received) }
}

const revert = (state: ProbationState, pending: PendingChange, received: DesiredHost): ProbationState => {
  const { asOf } = pending
  const wanted = underlayOf(received)
  const added = unproven(state, pending.contents, received).map((section): RevertedSection => {
    return { section, asOf, reason: 'server-silent', refused: underlayText(wanted, section), proof: 'awaited' }
  })
  const all = [...state.reverted, ...added]
  const rank = ({ section }: RevertedSection) => underlaySections.indexOf(section)
  const firstReverts = state.confirmed === null ? state.firstReverts + 1 : state.firstReverts
  return { ...state, pending: null, reverted: all.sort((one, other) => rank(one) - rank(other)), firstReverts }
}

/** By one monotonic clock, in milliseconds. */
export interface AftermathTimes {
  readonly nowMs: number
  /** When something was last reverted; after a restart, the restart. */
  readonly revertedAtMs: number
  /** When something last came from the server's machine; `null`: nothing did. */
  readonly heardAtMs: number | null
}

/**
 * What the server's word, or its silence, proves of what was reverted, and without what is to be tried again now. To be called when the
 * server is heard of, and again and again while `isRevertOpen`. The same state where nothing is new.
 */
export const reviewReverted = (
  state: ProbationState,
  times: AftermathTimes,
  limits: ProbationTimes = PROBATION_TIMES,
): ProbationState => {
  const proven = prove(state, times, limits)
  if (!isHeard(times, limits.silentMs)) return proven
  const sinceMs = times.nowMs - times.revertedAtMs
  const isPauseOver = sinceMs >= Math.min(LONGEST_PAUSE_MS, limits.windowMs * 2 ** (state.firstReverts - 1))
  const isTriedAgain: Readonly<Record<RevertProof, boolean>> = {
    awaited: false,
    'server-came-back': false,
    'made-no-difference': true,
    'in-doubt': isPauseOver,
  }
  const reverted = proven.reverted.filter(({ proof }) => !isTriedAgain[proof])
  return reverted.length === proven.reverted.length ? proven : { ...proven, reverted }
}

const prove = (
  state: ProbationState,
  { nowMs, revertedAtMs, heardAtMs }: AftermathTimes,
  { backWithinMs }: ProbationTimes,
): ProbationState => {
  const isBack = heardAtMs !== null && heardAtMs > revertedAtMs
  if (!isBack && nowMs - revertedAtMs < backWithinMs) return state
  if (state.reverted.every(({ proof }) => proof !== 'awaited')) return state
  const isInTime = isBack && heardAtMs - revertedAtMs < backWithinMs
  const blame: RevertProof = state.confirmed === null ? 'in-doubt' : 'server-came-back'
  const proof: RevertProof = isInTime ? blame : 'made-no-difference'
  const proven = state.reverted.map((section) => (section.proof === 'awaited' ? { ...section, proof } : section))
  return { ...state, reverted: proven }
}

/** Whether time alone may change something about what was reverted. */
export const isRevertOpen = ({ reverted }: ProbationState): boolean =>
  reverted.some(({ proof }) => proof === 'awaited' || proof === 'in-doubt')

/** A first config that cuts its host off does so once an hour at most, in the end. */
const LONGEST_PAUSE_MS = 3_600_000

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
