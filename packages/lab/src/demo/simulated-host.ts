import { join } from 'node:path'
import {
  type HostClaims,
  hostPrefix,
  parseEnrollmentToken,
  parseHostName,
  parseIpAddress,
  supportedCapabilities,
  type WireguardPublicKey,
} from '@meshfold/core'
import { createSimulatedHost, emptyHost, type SimulatedHost } from '@meshfold/core/testing'
import {
  type Agent,
  agentUrlOf,
  createAgent,
  createFileSecretVault,
  createMemoryConfigStore,
  createPostJson,
  enrollHost,
  loadOrMakeHostKeys,
  ownEndpoints,
  ownPrefixes,
  readHostSystem,
  silentLog,
} from '@meshfold/reference-agent'
import { connectAgent, nodeCrypto, systemTimers } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'

/** A host in memory with a real agent, which speaks to a real server. */
export interface SimulatedMember {
  readonly name: string
  readonly host: SimulatedHost
  readonly agent: Agent
}

export interface SimulatedHostPlan {
  readonly name: string
  /** From 1 on: its place on an internet that there is not. */
  readonly number: number
  readonly serverUrl: string
  readonly token: string
  /** Its keys are kept here: the same folder is the same host. */
  readonly folder: string
}

const listenPort = 51_821

/** Enrols a host and starts its agent: the code that a real host runs, with another driver below. */
export async function startSimulatedHost(plan: SimulatedHostPlan): Promise<SimulatedMember> {
  const { name, serverUrl, folder } = plan
  const keys = must(await loadOrMakeHostKeys(createFileSecretVault(join(folder, 'keys')), nodeCrypto))
  const host = makeHost(plan, keys.wireguardKey)
  const server = new URL(serverUrl)
  const answer = await enrollHost({
    crypto: nodeCrypto,
    post: createPostJson(server, null),
    token: must(parseEnrollmentToken(plan.token)),
    keys,
    claims: claimsOf(name, host),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  })
  const { meshId, hostId, epoch, serverIdentityKey, agentUrlPath } = must(answer)
  const { identityPrivateKey } = keys
  const url = agentUrlOf(server, agentUrlPath)
  const agent = createAgent({
    membership: { meshId, hostId, epoch, serverIdentityKey, identityPrivateKey },
    facts: { system: readHostSystem('simulated'), listenPort, declaredEndpoints: [], excludedPrefixes: [] },
    driver: host,
    connect: (options) => connectAgent({ ...options, url }),
    store: createMemoryConfigStore(),
    clock: { nowEpochMs: Date.now, monotonicMs: () => performance.now() },
    timers: systemTimers,
    log: silentLog,
  })
  await agent.start()
  return { name, host, agent }
}

function makeHost({ number }: SimulatedHostPlan, wireguardKey: WireguardPublicKey): SimulatedHost {
  const address = must(parseIpAddress(`198.51.100.${number}`))
  const underlay = { interfaceName: 'eth0', address, connectedPrefix: hostPrefix(address) }
  return createSimulatedHost({
    heldKeys: [wireguardKey],
    nowEpochMs: Date.now,
    interfaceName: 'wg0',
    initial: { ...emptyHost(Date.now()), underlayAddresses: [underlay] },
  })
}

function claimsOf(name: string, { state, capabilities }: SimulatedHost): HostClaims {
  const rules = { listenPort, declaredEndpoints: [], excludedPrefixes: [], meshPrefixes: [], seenAt: [] }
  return {
    name: must(parseHostName(name)),
    system: readHostSystem('simulated'),
    listenPort,
    mtuBytes: null,
    endpoints: ownEndpoints(state.underlayAddresses, rules),
    localPrefixes: ownPrefixes(state.underlayAddresses, rules),
    capabilities: supportedCapabilities(capabilities),
  }
}

function must<A>(either: E.Either<unknown, A>): A {
  if (E.isRight(either)) return either.right
  throw new Error(`A simulated host failed: ${JSON.stringify(either.left)}`)
}
