import * as E from 'fp-ts/lib/Either.js'
import type {
  AgentConnection,
  AgentEndpoint,
  AgentEndpointOptions,
  AgentLink,
  AgentLinkOptions,
  AgentLinkStatus,
} from '../../ports/agent-transport.js'
import type { Crypto, KeyPair } from '../../ports/crypto.js'
import { type HostId, hostId, type IdentityPublicKey, identityKeyFromBytes, meshId } from '../../values/index.js'
import { assertThat, present } from './assertions.js'
import type {
  AgentTransportCapabilities,
  AgentTransportConformanceOptions,
  AgentTransportUnderTest,
  ConformanceTuning,
  DisturbableWire,
} from './conformance-case.js'
import { ConnectionRecorder, type RecordedConnection } from './recorded-connection.js'

/** One case: a sentence, and what checks it. It throws when the transport is wrong. */
export interface AgentTransportCase {
  readonly name: string
  readonly needs?: keyof AgentTransportCapabilities
  readonly lacks?: keyof AgentTransportCapabilities
  readonly run: (context: CaseContext) => Promise<void>
}

/** A server of a case, and what happened at it. */
export interface ServerOfCase {
  readonly endpoint: AgentEndpoint
  /** In the order they came. */
  readonly connections: readonly RecordedConnection[]
  /** The newest connection of this host. */
  readonly newestOf: (host: HostId) => RecordedConnection
}

/** An agent of a case, and what happened at it. */
export interface AgentOfCase {
  readonly hostId: HostId
  readonly link: AgentLink
  readonly wire: DisturbableWire
  readonly hasWire: boolean
  readonly connections: readonly RecordedConnection[]
  readonly newest: () => RecordedConnection
  readonly statuses: readonly AgentLinkStatus[]
}

/** What a case may change about its ends. */
export interface EndChanges<Options> {
  readonly options?: Partial<Options>
  readonly tuning?: Partial<ConformanceTuning>
  readonly whenConnected?: (connection: AgentConnection) => void
}

/** What a case works with. */
export interface CaseContext {
  readonly capabilities: AgentTransportCapabilities
  readonly crypto: Crypto
  readonly heartbeatIntervalMs: number
  readonly serve: (changes?: EndChanges<AgentEndpointOptions>) => Promise<ServerOfCase>
  /** A host that the server knows by this name connects. */
  readonly connect: (name: string, changes?: EndChanges<AgentLinkOptions>) => AgentOfCase
  /** Both, and waits until they are connected. */
  readonly connected: (
    name: string,
    tuning?: Partial<ConformanceTuning>,
  ) => Promise<{ readonly server: ServerOfCase; readonly agent: AgentOfCase }>
  readonly flood: AgentTransportUnderTest['flood']
  /** Resolves when `condition` holds, throws with `what` when it takes too long. */
  readonly until: (what: string, condition: () => boolean) => Promise<void>
  /** Resolves when the link is connected, and the server has seen it. */
  readonly untilConnected: (server: ServerOfCase, agent: AgentOfCase) => Promise<void>
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** Long enough for what must not happen to happen. */
  readonly quiet: () => Promise<unknown>
}

const everyday: ConformanceTuning = {
  // Out of the way of cases that aren't about heartbeats.
  heartbeatIntervalMs: 30_000,
  maxLengthFromAgent: 1024 * 1024,
  maxQueuedMessages: 10_000,
  maxQueuedLength: 16 * 1024 * 1024,
  reconnectMs: 50,
}

/** Runs one case on a fresh transport, and checks of every case that no handler was called that the port forbids. */
export async function runCase({ run }: AgentTransportCase, options: AgentTransportConformanceOptions): Promise<void> {
  const transport = await options.createTransport()
  const faults: string[] = []
  try {
    await run(contextOf(options, transport, faults))
    assertThat(faults.length === 0, `forbidden calls: ${faults.slice(0, 5).join(', ')}`)
  } finally {
    await transport.dispose()
  }
}

function contextOf(
  options: AgentTransportConformanceOptions,
  transport: AgentTransportUnderTest,
  faults: string[],
): CaseContext {
  const { capabilities, crypto, sleep, patienceMs = 10_000, quietMs = 100, heartbeatIntervalMs = 100 } = options
  const identity = crypto.generateEd25519()
  const hosts = new Map<HostId, KeyPair>()
  const until: CaseContext['until'] = async (what, condition) => {
    const pauseMs = 5
    for (let waitedMs = 0; !condition(); waitedMs += pauseMs) {
      if (waitedMs > patienceMs) throw new Error(`waited ${patienceMs} ms in vain: ${what}`)
      await sleep(pauseMs)
    }
  }
  const untilConnected: CaseContext['untilConnected'] = (server, agent) =>
    until(
      `${agent.hostId} is connected`,
      () =>
        agent.link.status().state === 'connected' &&
        server.endpoint.connections().some((connection) => connection.hostId === agent.hostId),
    )
  const serve: CaseContext['serve'] = (changes = {}) => startServer(transport, crypto, identity, hosts, faults, changes)
  const connect: CaseContext['connect'] = (name, changes = {}) => {
    const id = hostId(name)
    const keys = hosts.get(id) ?? crypto.generateEd25519()
    hosts.set(id, keys)
    return startAgent(transport, id, keys, identity, faults, changes)
  }
  const connected: CaseContext['connected'] = async (name, tuning = {}) => {
    const server = await serve({ tuning })
    const agent = connect(name, { tuning })
    await untilConnected(server, agent)
    return { server, agent }
  }
  const flood: CaseContext['flood'] = (strangers) => transport.flood(strangers)
  const quiet = () => sleep(quietMs)
  return {
    capabilities,
    crypto,
    heartbeatIntervalMs,
    serve,
    connect,
    connected,
    flood,
    until,
    untilConnected,
    sleep,
    quiet,
  }
}

async function startServer(
  transport: AgentTransportUnderTest,
  crypto: Crypto,
  identity: KeyPair,
  hosts: ReadonlyMap<HostId, KeyPair>,
  faults: string[],
  { options, tuning, whenConnected }: EndChanges<AgentEndpointOptions>,
): Promise<ServerOfCase> {
  const recorder = new ConnectionRecorder('server', faults, whenConnected)
  const hostIdentityKey = async (id: HostId) => {
    const keys = hosts.get(id)
    return keys && keyText(crypto.ed25519PublicKeyOf(keys.privateKey))
  }
  const endpoint = await transport.serveAgents(
    {
      meshId: meshId('conformance'),
      epoch: () => 1,
      identity,
      hostIdentityKey,
      onConnection: recorder.onConnection,
      ...options,
    },
    { ...everyday, ...tuning },
  )
  const newestOf = (host: HostId) => {
    const ofHost = recorder.connections.filter(({ connection }) => connection.hostId === host)
    return present(ofHost.at(-1), `the server's connection of ${host}`)
  }
  return { endpoint, connections: recorder.connections, newestOf }
}

function startAgent(
  transport: AgentTransportUnderTest,
  id: HostId,
  keys: KeyPair,
  identity: KeyPair,
  faults: string[],
  { options, tuning, whenConnected }: EndChanges<AgentLinkOptions>,
): AgentOfCase {
  const recorder = new ConnectionRecorder(`agent ${id}`, faults, whenConnected)
  const statuses: AgentLinkStatus[] = []
  const { link, wire } = transport.connectAgent(
    {
      meshId: meshId('conformance'),
      hostId: id,
      identityPrivateKey: keys.privateKey,
      serverIdentityKey: keyText(identity.publicKey),
      knownEpoch: () => null,
      onConnection: recorder.onConnection,
      onStatus: (status) => statuses.push(status),
      ...options,
    },
    { ...everyday, ...tuning },
  )
  const newest = () => present(recorder.newest, `a connection of ${id}`)
  return {
    hostId: id,
    link,
    wire: wire ?? noWire,
    hasWire: wire !== undefined,
    connections: recorder.connections,
    newest,
    statuses,
  }
}

/** A public key as the port takes it. */
export function keyText(publicKey: Uint8Array): IdentityPublicKey {
  const key = identityKeyFromBytes(publicKey)
  if (E.isLeft(key)) throw new Error(key.left.reason)
  return key.right
}

const unavailable = (): never => {
  throw new Error('the capabilities say that wires can be disturbed, but connectAgent returned no wire')
}
const noFaults = {
  stall: unavailable,
  resume: unavailable,
  dropNext: unavailable,
  duplicateNext: unavailable,
  swapNext: unavailable,
  alterNext: unavailable,
  forge: unavailable,
}
const noWire: DisturbableWire = {
  toServer: noFaults,
  toAgent: noFaults,
  cut: unavailable,
  block: unavailable,
  unblock: unavailable,
  replay: unavailable,
}
