import type { Clock, Crypto, EventLog, IdentityPublicKey, MeshEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentSessions } from '../agents/agent-sessions.js'
import type { EnrollmentDesk } from '../enrollment/enrollment-desk.js'
import type { FreshIds } from '../fresh-ids.js'
import type { CommandContext, CommandDone, UnstampedCommand } from '../mesh-service/command-answer.js'
import type { EventDescriptions } from '../mesh-service/event-descriptions.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { PastStates } from '../mesh-service/past-states.js'
import type { Questions } from '../mesh-service/questions.js'
import type { Metrics } from '../metrics/metrics.js'
import type { Reactor } from '../reactions/reactor.js'
import { type ApiError, apiErrorOf } from './api-error.js'

/** What the routes work with. */
export interface ServerContext {
  readonly service: MeshService
  readonly sessions: AgentSessions
  readonly reactor: Reactor
  readonly desk: EnrollmentDesk
  readonly descriptions: EventDescriptions
  readonly questions: Questions
  readonly past: PastStates
  readonly log: EventLog
  readonly stream: string
  readonly crypto: Crypto
  readonly clock: Clock
  readonly ids: FreshIds
  readonly metrics: Metrics
  readonly identityKey: IdentityPublicKey
  readonly identityFingerprint: string
  /** Where agents and people reach this server; `null`: as they reach it now. */
  readonly publicUrl: () => string | null
}

/** Carries out a command; a refusal becomes an answer of HTTP. */
export const carryOut = async (
  { service }: ServerContext,
  command: UnstampedCommand,
  context: CommandContext,
): Promise<E.Either<ApiError, CommandDone>> => {
  const answer = await service.submit(command, context)
  return E.isLeft(answer) ? E.left(apiErrorOf(answer.left, service.state)) : answer
}

/** The first event of a type; a repeated call finds there which id its first one took. */
export const eventOf = <T extends MeshEvent['type']>(
  { events }: CommandDone,
  type: T,
): Extract<MeshEvent, { type: T }> | undefined =>
  events.find((event): event is Extract<MeshEvent, { type: T }> => event.type === type)
