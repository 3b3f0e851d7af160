import type {
  AgentConnection,
  AgentConnectionHandlers,
  AgentEndpoint,
  AgentEndpointOptions,
  AgentLink,
  AgentLinkOptions,
} from '../../../ports/agent-transport.js'
import type { Crypto } from '../../../ports/crypto.js'
import type { AgentTransportUnderTest, ConformanceTuning, DisturbableWire } from '../conformance-case.js'

/** A fault that some transport could have, and the case that has to notice it. */
export interface BrokenTransport {
  readonly fault: string
  readonly caughtBy: string
  readonly changes: Changes
}

export type End = 'server' | 'agent'

/** What is wrong with a transport that is right in all else. */
export interface Changes {
  readonly crypto?: (crypto: Crypto) => Crypto
  readonly tuning?: Partial<ConformanceTuning>
  readonly endpointOptions?: (options: AgentEndpointOptions) => AgentEndpointOptions
  readonly linkOptions?: (options: AgentLinkOptions) => AgentLinkOptions
  readonly connection?: (connection: AgentConnection, end: End) => AgentConnection
  readonly handlers?: (
    handlers: AgentConnectionHandlers,
    end: End,
    connection: AgentConnection,
  ) => AgentConnectionHandlers
  readonly endpoint?: (endpoint: AgentEndpoint) => AgentEndpoint
  readonly link?: (link: AgentLink, wire: DisturbableWire | undefined) => AgentLink
  readonly wire?: (wire: DisturbableWire) => DisturbableWire
  readonly flood?: (
    flood: AgentTransportUnderTest['flood'],
    endpoint: AgentEndpoint,
  ) => AgentTransportUnderTest['flood']
}

/** The transport with these changes. */
export function spoil(transport: AgentTransportUnderTest, changes: Changes): AgentTransportUnderTest {
  const {
    endpointOptions = same,
    linkOptions = same,
    endpoint = same,
    link: ofLink = same,
    wire: ofWire = same,
  } = changes
  let served: AgentEndpoint | undefined
  return {
    serveAgents: async (options, tuning) => {
      const changed = withHandlers(endpointOptions(options), 'server', changes)
      served = endpoint(await transport.serveAgents(changed, { ...tuning, ...changes.tuning }))
      return served
    },
    connectAgent: (options, tuning) => {
      const changed = withHandlers(linkOptions(options), 'agent', changes)
      const { link, wire } = transport.connectAgent(changed, { ...tuning, ...changes.tuning })
      return { link: ofLink(link, wire), ...(wire === undefined ? {} : { wire: ofWire(wire) }) }
    },
    flood: (strangers) => {
      const flood = served && changes.flood?.(transport.flood, served)
      return (flood ?? transport.flood)(strangers)
    },
    dispose: transport.dispose,
  }
}

function withHandlers<Options extends Pick<AgentLinkOptions, 'onConnection'>>(
  options: Options,
  end: End,
  { connection: ofConnection = same, handlers: ofHandlers = same }: Changes,
): Options {
  const onConnection = (connection: AgentConnection) => {
    const changed = ofConnection(connection, end)
    return ofHandlers(options.onConnection(changed), end, changed)
  }
  return { ...options, onConnection }
}

function same<A>(value: A): A {
  return value
}
