import type { AgentEndpointOptions, AgentLink } from '../../../ports/agent-transport.js'
import type { IdentityPublicKey } from '../../../values/index.js'
import type { BrokenTransport } from './spoil.js'

const sameWords = 'an unknown host, a foreign identity and a foreign mesh are refused, in the same words'

export const brokenIdentity: readonly BrokenTransport[] = [
  {
    fault: 'checks no signature of a host',
    caughtBy: sameWords,
    changes: { crypto: (crypto) => ({ ...crypto, verifyEd25519: () => true }) },
  },
  {
    fault: 'tells a stranger what was wrong',
    caughtBy: sameWords,
    changes: { link: (link) => ({ ...link, status: () => talkative(link) }) },
  },
  {
    fault: 'believes any server',
    caughtBy: 'a server with another key than the pinned one is refused by the agent',
    changes: { crypto: (crypto) => ({ ...crypto, verifyEd25519: () => true }) },
  },
  {
    fault: 'forgets the epoch it has seen',
    caughtBy: 'a server that is behind the known epoch is refused by the agent, one that is ahead is not',
    changes: { linkOptions: (options) => ({ ...options, knownEpoch: () => null }) },
  },
  {
    fault: 'bars a host after a look-up that failed',
    caughtBy: 'a look-up that fails costs one attempt',
    changes: { endpointOptions: (options) => ({ ...options, hostIdentityKey: remembering(options, 'failures') }) },
  },
  {
    fault: 'remembers a host for good',
    caughtBy: 'a host that is removed while it is away does not come back',
    changes: { endpointOptions: (options) => ({ ...options, hostIdentityKey: remembering(options, 'keys') }) },
  },
  {
    fault: 'loses its connections in a flood',
    caughtBy: 'a flood of strangers disturbs no connection and keeps no host out for long',
    changes: {
      flood: (flood, endpoint) => async (strangers) => {
        for (const connection of endpoint.connections()) connection.close({ code: 'closed-here', detail: 'flooded' })
        await flood(strangers)
      },
    },
  },
]

/** Details that differ from one agent to the next. */
function talkative(link: AgentLink): ReturnType<AgentLink['status']> {
  const status = link.status()
  if (status.state !== 'connecting' || status.lastEnd === null) return status
  talks++
  return { ...status, lastEnd: { ...status.lastEnd, detail: `${status.lastEnd.detail}, check ${talks} failed` } }
}
let talks = 0

function remembering(
  options: AgentEndpointOptions,
  what: 'failures' | 'keys',
): AgentEndpointOptions['hostIdentityKey'] {
  let hasFailed = false
  let key: IdentityPublicKey | undefined
  return async (hostId) => {
    if (hasFailed && what === 'failures') throw new Error('it failed before')
    if (key !== undefined && what === 'keys') return key
    try {
      key = await options.hostIdentityKey(hostId)
      return key
    } catch (thrown) {
      hasFailed = true
      throw thrown
    }
  }
}
