import type { Host, HostId, HostReport, MeshError, Timers } from '@meshfold/core'
import { describeMeshError, largeMapGet } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import {
  type CommandAnswer,
  type CommandContext,
  isServiceError,
  type ServiceError,
  type UnstampedCommand,
} from '../mesh-service/command-answer.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { ReportBudgets } from './report-budgets.js'

type LeftOut = Extract<MeshError, { readonly code: 'endpoint-refused' | 'host-resolver-refused' }>

export interface HostReportsOptions {
  readonly hostId: HostId
  readonly service: MeshService
  readonly timers: Timers
  readonly monotonicMs: () => number
  /** Of all connections together. */
  readonly budgets: ReportBudgets
  readonly context: () => CommandContext
  readonly onRefused: (error: MeshError) => void
  /** The mesh refused one of several endpoints, or a resolver; the report goes on without it. */
  readonly onLeftOut: (error: LeftOut) => void
  readonly onFailed: (error: ServiceError) => void
}

const RETRY_MS = 3000

/**
 * Turns what one host says of itself into commands, when something of it changed. Reports that come too fast wait; only the
 * newest counts, because a report says everything.
 */
export class HostReports {
  readonly #options: HostReportsOptions
  #latest: HostReport | undefined
  #isBusy = false
  #isClosed = false

  constructor(options: HostReportsOptions) {
    this.#options = options
  }

  take(report: HostReport): void {
    this.#latest = report
    if (!this.#isBusy) void this.#work()
  }

  close(): void {
    this.#isClosed = true
    this.#latest = undefined
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    while (this.#latest !== undefined && !this.#isClosed) {
      const { hostId, budgets, monotonicMs, timers } = this.#options
      const waitMs = budgets.waitMs(hostId, monotonicMs())
      if (waitMs > 0) {
        timers.after(waitMs, () => void this.#work())
        return
      }
      const report = this.#latest
      this.#latest = undefined
      if (await this.#carryOut(report)) continue
      // The log can't be written now: the report is tried again, unless a newer one came.
      this.#latest ??= report
      timers.after(RETRY_MS, () => void this.#work())
      return
    }
    this.#isBusy = false
  }

  /** False: the server could not, and should try again. */
  async #carryOut(report: HostReport): Promise<boolean> {
    const { service, hostId, budgets, monotonicMs, onRefused, onFailed } = this.#options
    const host = largeMapGet(service.state.hosts, hostId)
    const commands = host === undefined ? [] : commandsOfReport(host, report)
    if (commands.length > 0) budgets.take(hostId, monotonicMs())
    for (const command of commands) {
      const answer = await this.#submit(command)
      if (E.isRight(answer)) continue
      if (!isServiceError(answer.left)) {
        onRefused(answer.left)
        continue
      }
      onFailed(answer.left)
      return answer.left.code === 'command-crashed'
    }
    return true
  }

  /** A bad endpoint must not hide the good ones beside it, nor a bad resolver: those that are refused are left out. */
  async #submit(command: UnstampedCommand): Promise<CommandAnswer> {
    const { service, context, onLeftOut } = this.#options
    const answer = await service.submit(command, context())
    if (E.isRight(answer) || isServiceError(answer.left)) return answer
    const rest = withoutRefused(command, answer.left)
    if (rest === undefined) return answer
    onLeftOut(rest.leftOut)
    return this.#submit(rest.command)
  }
}

/** `undefined`: nothing of it can be left out; a host without any endpoint would be nowhere. */
const withoutRefused = (
  command: UnstampedCommand,
  error: MeshError,
): { readonly command: UnstampedCommand; readonly leftOut: LeftOut } | undefined => {
  if (command.type === 'ReportHostEndpoints' && error.code === 'endpoint-refused') {
    const endpoints = command.endpoints.filter(({ endpoint }) => endpoint !== error.endpoint)
    const isLess = endpoints.length > 0 && endpoints.length < command.endpoints.length
    return isLess ? { command: { ...command, endpoints }, leftOut: error } : undefined
  }
  if (command.type === 'ReportHostResolvers' && error.code === 'host-resolver-refused') {
    const resolvers = command.resolvers.filter((address) => address !== error.address)
    return resolvers.length < command.resolvers.length
      ? { command: { ...command, resolvers }, leftOut: error }
      : undefined
  }
  return undefined
}

/** What a report changes of what the mesh knows of its host; nothing, most of the time. */
const commandsOfReport = (host: Host, report: HostReport): readonly UnstampedCommand[] => {
  const { hostId } = host
  const { system, capabilities, listenPort, endpoints, localPrefixes, resolvers } = report
  const commands: UnstampedCommand[] = []
  if (!isSame(host.system, system) || !isSame([...host.capabilities].sort(), [...capabilities].sort()))
    commands.push({ type: 'UpdateHost', hostId, system, capabilities })
  const moved =
    host.listenPort !== listenPort ||
    !isSame(host.endpoints.map(candidateText), endpoints.map(candidateText)) ||
    !isSame(host.localPrefixes, localPrefixes)
  if (moved) commands.push({ type: 'ReportHostEndpoints', hostId, listenPort, endpoints, localPrefixes })
  if (!isSame(host.resolvers, resolvers)) commands.push({ type: 'ReportHostResolvers', hostId, resolvers })
  return commands
}

const candidateText = ({ endpoint, origin }: Host['endpoints'][number]): string => `${origin} ${endpoint}`

/** For plain data: the order of an object's fields doesn't count. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
    : value

/** What an agent is told of a refused report. */
export const refusalOf = (error: MeshError): { readonly code: string; readonly message: string } => ({
  code: error.code,
  message: describeMeshError(error).slice(0, 1000),
})
