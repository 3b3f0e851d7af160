import { createServer, type Server } from 'node:http'
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentLinkStatus,
  type ConnectionEnd,
  hostId,
  type IdentityPublicKey,
  identityKeyFromBytes,
  meshId,
  type RefusedConnection,
} from '@meshfold/core'
import { onTestFinished } from 'vitest'
import {
  type ConnectAgentOptions,
  connectAgent,
  nodeCrypto,
  type ServeAgentsOptions,
  serveAgents,
} from '../src/index.js'
import { listenOnLoopback, portOf } from './loopback.js'

/** What a test sees of one connection. */
export interface SeenConnection {
  readonly connection: AgentConnection
  readonly messages: readonly string[]
  readonly ends: readonly ConnectionEnd[]
}

const identity = nodeCrypto.generateEd25519()
const hostKeys = nodeCrypto.generateEd25519()

/** A server on loopback; everything ends with the test. */
export async function startServer(
  change: Partial<ServeAgentsOptions> = {},
  server: Server = createServer((_, response) => response.writeHead(404).end()),
) {
  await listenOnLoopback(server)
  const connections: SeenConnection[] = []
  const refusals: RefusedConnection[] = []
  const endpoint = serveAgents({
    server,
    path: '/agent',
    meshId: meshId('mesh'),
    epoch: () => 1,
    identity,
    hostIdentityKey: async (id) => (id.startsWith('host') ? keyText(hostKeys.publicKey) : undefined),
    onConnection: seeing(connections),
    onRefused: (refusal) => refusals.push(refusal),
    ...change,
  })
  onTestFinished(async () => {
    await endpoint.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { server, endpoint, port: portOf(server), connections, refusals }
}

/** An agent that connects as a host the server knows. */
export function startAgent(url: string, change: Partial<ConnectAgentOptions> = {}) {
  const connections: SeenConnection[] = []
  const statuses: AgentLinkStatus[] = []
  const link = connectAgent({
    url,
    meshId: meshId('mesh'),
    hostId: hostId('host'),
    identityPrivateKey: hostKeys.privateKey,
    serverIdentityKey: keyText(identity.publicKey),
    knownEpoch: () => null,
    onConnection: seeing(connections),
    onStatus: (status) => statuses.push(status),
    reconnect: { baseMs: 20, maxMs: 20 },
    ...change,
  })
  onTestFinished(() => link.close())
  const lastEnd = () => {
    const status = link.status()
    return status.state === 'connecting' ? status.lastEnd : null
  }
  return { link, connections, statuses, lastEnd }
}

function seeing(connections: SeenConnection[]) {
  return (connection: AgentConnection): AgentConnectionHandlers => {
    const messages: string[] = []
    const ends: ConnectionEnd[] = []
    connections.push({ connection, messages, ends })
    return {
      onMessage: (message) => messages.push(message),
      onWritable: () => {},
      onClose: (end) => ends.push(end),
    }
  }
}

function keyText(publicKey: Uint8Array): IdentityPublicKey {
  const key = identityKeyFromBytes(publicKey)
  if ('left' in key) throw new Error(key.left.reason)
  return key.right
}
