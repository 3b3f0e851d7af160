/** The one place that picks adapters: the SQLite event log, the WebSocket transport, Node's cryptography, clock and timers. */
import { performance } from 'node:perf_hooks'
import { type AgentEndpoint, type Clock, type Crypto, type EventLog, epochMs, serverFingerprint } from '@meshfold/core'
import { openSqliteEventLog } from '@meshfold/event-log-sqlite'
import { nodeCrypto, serveAgents, systemTimers } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { LONGEST_AGENT_MESSAGE } from './agents/agent-session.js'
import { AgentSessions } from './agents/agent-sessions.js'
import { SharedPresence } from './agents/shared-presence.js'
import { Sweeper } from './agents/sweeper.js'
import { EnrollmentDesk } from './enrollment/enrollment-desk.js'
import { createFreshIds } from './fresh-ids.js'
import { allRoutes } from './http/all-routes.js'
import { Authoriser } from './http/authorise.js'
import { buildApp } from './http/build-app.js'
import type { ServerContext } from './http/server-context.js'
import { EventDescriptions } from './mesh-service/event-descriptions.js'
import { MeshService } from './mesh-service/mesh-service.js'
import { PastStates } from './mesh-service/past-states.js'
import { Questions } from './mesh-service/questions.js'
import { createMetrics } from './metrics/metrics.js'
import { gatewayStandings } from './reactions/gateway-standings.js'
import { Reactor } from './reactions/reactor.js'
import { AdminTokenCheck, type AdminTokenError, ensureAdminToken, readAdminTokenHash } from './secrets/admin-token.js'
import { createMesh } from './server/create-mesh.js'
import {
  type DataFolder,
  openDataFolder,
  type ServerIdentity,
  type StartError,
  secretFailure,
  serverIdentity,
} from './server/data-folder.js'
import { type Listeners, openListeners } from './server/listeners.js'
import type { RunningServer, ServerOptions } from './server/server-options.js'
import { logFailure, rebuildFailure } from './server/start-failures.js'
import { stopServer } from './server/stop-server.js'
import { VERSION } from './version.js'

const AGENT_PATH = '/api/v1/agent'

export const crypto: Crypto = nodeCrypto

/** Wall and monotonic time of this machine. */
export const systemClock: Clock = { nowEpochMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Starts a server on its data folder. */
export const startServer = async (options: ServerOptions): Promise<E.Either<StartError, RunningServer>> => {
  const ids = createFreshIds(nodeCrypto)
  const folder = await openDataFolder(options.data, ids)
  if (E.isLeft(folder)) return folder
  const identity = await serverIdentity(nodeCrypto, folder.right)
  if (E.isLeft(identity)) return identity
  const known = await readAdminTokenHash(folder.right.vault)
  if (E.isLeft(known)) return tokenFailure(known.left, folder.right)
  const log = await openSqliteEventLog({ path: folder.right.eventsPath })
  if (E.isLeft(log)) return logFailure(log.left, folder.right)
  const started = await startOnLog(options, folder.right, identity.right, log.right)
  if (E.isLeft(started)) {
    await log.right.close()
    return started
  }
  // Last: of a token that a failed start had made, the hash would stay and nobody would ever see the token.
  const token = await ensureAdminToken(nodeCrypto, folder.right.vault)
  if (E.isRight(token)) return E.right({ ...started.right, adminToken: token.right })
  await started.right.stop()
  return tokenFailure(token.left, folder.right)
}

const tokenFailure = (error: AdminTokenError, { path }: DataFolder): E.Either<StartError, never> =>
  error.code === 'admin-token-damaged'
    ? fail(error.code, `The hash of the admin token is damaged. Make another: meshfold token rotate --data ${path}`)
    : secretFailure(error, path)

const startOnLog = async (
  options: ServerOptions,
  folder: DataFolder,
  identity: ServerIdentity,
  log: EventLog,
): Promise<E.Either<StartError, Omit<RunningServer, 'adminToken'>>> => {
  const context = await contextOf(options, folder, identity, log)
  if (E.isLeft(context)) return context
  const serving = await createAndServe(options, folder, identity, context.right)
  if (E.isLeft(serving)) {
    // Their timers and the subscription would keep the process alive.
    context.right.sessions.close()
    await context.right.reactor.close()
    await context.right.service.close()
    return serving
  }
  const { listeners, endpoint, close } = serving.right
  const sweeper = new Sweeper({
    ...context.right,
    presence: context.right.sessions.presence,
    shared: new SharedPresence(folder.path),
    timers: systemTimers,
    serverLog: options.serverLog,
    freshCommandId: context.right.ids.command,
    absence: options.absence,
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopServer({ listeners, endpoint, close, sweeper, context: context.right, log })
    return stopping
  }
  return E.right({ urls: listeners.urls, meshId: folder.meshId, context: context.right, stop })
}

const createAndServe = async (
  options: ServerOptions,
  folder: DataFolder,
  identity: ServerIdentity,
  context: ServerContext,
): Promise<E.Either<StartError, Serving>> => {
  const created = await createMesh(context, { folder, ...options })
  return E.isLeft(created) ? created : serve(options, folder, identity, context)
}

const contextOf = async (
  options: ServerOptions,
  folder: DataFolder,
  { pair, publicKey }: ServerIdentity,
  log: EventLog,
): Promise<E.Either<StartError, ServerContext>> => {
  const { serverLog, clock = systemClock } = options
  const stream = `mesh-${folder.meshId}`
  const shared = { crypto: nodeCrypto, clock, serverLog, timers: systemTimers }
  const metrics = createMetrics(
    {
      revision: () => service.state.revision,
      epoch: () => service.asOf.epoch,
      agents: () => sessions.size,
      hosts: () => service.state.hosts.size,
      nodes: () => service.state.nodes.size,
      relayedPairs: () => service.state.autoRelays.size,
      gateways: () => gatewayStandings(service.state, reactor.memory, epochMs(clock.nowEpochMs())),
    },
    { process: options.processMetrics ?? false },
  )
  const started = await MeshService.start({ ...shared, log, stream, onAppend: metrics.appended })
  if (E.isLeft(started)) return rebuildFailure(started.left, folder)
  const service = started.right
  const ids = createFreshIds(nodeCrypto)
  const descriptions = new EventDescriptions({ log, stream, service, timers: systemTimers })
  const questions = new Questions(clock)
  const past = new PastStates({ log, stream, service, timers: systemTimers, nowEpochMs: clock.nowEpochMs })
  const acting = { ...shared, service, freshCommandId: ids.command }
  const reactor = new Reactor({
    ...acting,
    ask: (hostId, wanted) => sessions.askToProbe(hostId, wanted),
    count: metrics,
  })
  const { observed: onObserved, seen: onSeen } = reactor
  const sessions = new AgentSessions({ ...acting, onSent: metrics.sent, onObserved, onSeen })
  const desk = new EnrollmentDesk({
    ...shared,
    service,
    ids,
    identity: pair,
    identityKey: publicKey,
    agentUrlPath: AGENT_PATH,
  })
  const identityFingerprint = serverFingerprint(nodeCrypto, pair.publicKey)
  const publicUrl = () => options.publicUrl ?? null
  const rest = { log, stream, ids, metrics, identityKey: publicKey, identityFingerprint, publicUrl }
  return E.right({
    service,
    sessions,
    reactor,
    desk,
    descriptions,
    questions,
    past,
    crypto: nodeCrypto,
    clock,
    ...rest,
  })
}

interface Serving {
  readonly listeners: Listeners
  readonly endpoint: AgentEndpoint
  readonly close: () => Promise<void>
}

const serve = async (
  options: ServerOptions,
  { meshId, vault }: DataFolder,
  identity: ServerIdentity,
  context: ServerContext,
): Promise<E.Either<StartError, Serving>> => {
  const { serverLog } = options
  const { service, sessions, clock, ids, metrics } = context
  const app = await buildApp({
    routes: allRoutes(context, { version: VERSION, page: options.servePage ?? true }),
    authoriser: new Authoriser(new AdminTokenCheck(nodeCrypto, vault, clock), clock.monotonicMs),
    allowedNames: allowedNames(options),
    ids,
    crypto: nodeCrypto,
    clock,
    serverLog,
    onAnswer: metrics.answered,
  })
  await app.ready()
  const endpoint = serveAgents({
    server: app.server,
    path: AGENT_PATH,
    meshId,
    epoch: () => service.asOf.epoch,
    identity: identity.pair,
    hostIdentityKey: sessions.hostIdentityKey,
    onConnection: sessions.onConnection,
    limits: { maxReceivedLength: LONGEST_AGENT_MESSAGE },
    onRefused: (refusal) => serverLog.warn(refusal, 'an agent was refused'),
  })
  const listeners = await openListeners({ addresses: options.listen, tls: options.tls, hub: app.server })
  if (E.isLeft(listeners)) {
    await endpoint.close()
    await app.close()
    return listeners
  }
  return E.right({ listeners: listeners.right, endpoint, close: () => app.close() })
}

const allowedNames = ({ publicUrl, allowHosts = [] }: ServerOptions): ReadonlySet<string> => {
  const names = new Set(allowHosts.map((name) => name.toLowerCase()))
  if (publicUrl !== undefined && URL.canParse(publicUrl)) names.add(new URL(publicUrl).hostname.toLowerCase())
  return names
}

const fail = (code: string, message: string): E.Either<StartError, never> => E.left({ code, message })
