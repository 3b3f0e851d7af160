import type { AgentLinkOptions } from '../../ports/agent-transport.js'
import { hostId, meshId } from '../../values/index.js'
import { assertSame, assertThat, present } from './assertions.js'
import { type AgentOfCase, type AgentTransportCase, type CaseContext, keyText } from './case-context.js'

export const identityCases: readonly AgentTransportCase[] = [
  {
    name: 'an unknown host, a foreign identity and a foreign mesh are refused, in the same words',
    run: async (context) => {
      const server = await context.serve()
      const known = context.connect('known')
      await context.untilConnected(server, known)
      const details = [
        await refusalOf(context, { hostId: hostId('unknown') }),
        await refusalOf(context, { hostId: hostId('known') }, context.crypto.generateEd25519().privateKey),
        await refusalOf(context, { meshId: meshId('another') }),
      ]
      assertSame(new Set(details).size, 1, `different wordings: ${details.join(' | ')}`)
      assertSame(server.connections.length, 1, 'connections at the server')
      assertSame(known.newest().end, undefined, 'the end of the known host')
    },
  },
  {
    name: 'a server with another key than the pinned one is refused by the agent',
    run: async (context) => {
      const server = await context.serve()
      const serverIdentityKey = keyText(context.crypto.generateEd25519().publicKey)
      await refusalOf(context, { serverIdentityKey })
      assertSame(server.connections.length, 0, 'connections at the server')
    },
  },
  {
    name: 'a server that is behind the known epoch is refused by the agent, one that is ahead is not',
    run: async ({ serve, connect, until, untilConnected }) => {
      const server = await serve({ options: { epoch: () => 5 } })
      const ahead = connect('ahead', { options: { knownEpoch: () => 4 } })
      await untilConnected(server, ahead)
      const behind = connect('behind', { options: { knownEpoch: () => 6 } })
      await until('it is refused', () => lastEndOf(behind) !== undefined)
      assertSame([behind.connections.length, server.connections.length], [0, 1], 'connections')
    },
  },
  {
    name: 'a look-up that fails costs one attempt',
    run: async ({ serve, connect, untilConnected, crypto, until }) => {
      const keys = crypto.generateEd25519()
      let lookUps = 0
      const hostIdentityKey = async () => {
        lookUps++
        if (lookUps === 1) throw new Error('the store is busy')
        return keyText(keys.publicKey)
      }
      const server = await serve({ options: { hostIdentityKey } })
      const agent = connect('a', { options: { identityPrivateKey: keys.privateKey } })
      await untilConnected(server, agent)
      await until('the first attempt was told', () => agent.statuses.length >= 2)
      assertSame(lookUps, 2, 'look-ups')
    },
  },
  {
    name: 'a host that is removed while it is away does not come back',
    run: async ({ serve, connect, untilConnected, crypto, until, quiet }) => {
      const keys = crypto.generateEd25519()
      let isRemoved = false
      const server = await serve({
        options: { hostIdentityKey: async () => (isRemoved ? undefined : keyText(keys.publicKey)) },
      })
      const agent = connect('a', { options: { identityPrivateKey: keys.privateKey } })
      await untilConnected(server, agent)
      isRemoved = true
      server.newestOf(agent.hostId).connection.close({ code: 'closed-here', detail: 'removed' })
      await until('it is refused', () => lastEndOf(agent)?.code === 'authentication-failed')
      await quiet()
      assertSame([server.connections.length, agent.connections.length], [1, 1], 'connections')
    },
  },
  {
    name: 'a flood of strangers disturbs no connection and keeps no host out for long',
    run: async ({ connected, connect, flood, until, untilConnected }) => {
      const { server, agent } = await connected('a')
      const flooded = flood(300)
      server.newestOf(agent.hostId).connection.send('during the flood')
      await until('the message arrives', () => agent.newest().received.length === 1)
      await flooded
      const later = connect('b')
      await untilConnected(server, later)
      assertSame(server.connections.length, 2, 'connections')
      assertSame(agent.newest().end, undefined, 'the end of the first')
    },
  },
]

/** Connects an agent that has to be refused; returns the detail it was given. */
async function refusalOf(
  { connect, until, quiet }: CaseContext,
  options: Partial<AgentLinkOptions>,
  identityPrivateKey?: Uint8Array,
): Promise<string> {
  const key = identityPrivateKey === undefined ? {} : { identityPrivateKey }
  const agent = connect('impostor', { options: { ...options, ...key } })
  await until('it is refused', () => lastEndOf(agent) !== undefined)
  await quiet()
  const end = present(lastEndOf(agent), 'the reason')
  assertSame(end.code, 'authentication-failed', 'the reason')
  assertThat(end.detail.length > 0, 'the reason has words')
  assertSame(agent.connections.length, 0, 'connections of the refused')
  await agent.link.close()
  return end.detail
}

function lastEndOf(agent: AgentOfCase) {
  const status = agent.link.status()
  return status.state === 'connecting' ? (status.lastEnd ?? undefined) : undefined
}
