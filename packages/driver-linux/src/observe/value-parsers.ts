import {
  type IpPrefix,
  parseIpPrefix,
  parseUdpEndpoint,
  parseWireguardPublicKey,
  type UdpEndpoint,
  type WireguardPublicKey,
  wireguardKeyFromHex,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/**
 * Parsers of what WireGuard prints, `undefined` for what can't be read. They remember: one observation of 10,000 peers is
 * like the last, and parsing it anew each time would hold up an agent's probes for a fifth of a second.
 */
export interface ValueParsers {
  readonly key: (text: string) => WireguardPublicKey | undefined
  readonly keyOfHex: (text: string) => WireguardPublicKey | undefined
  readonly prefix: (text: string) => IpPrefix | undefined
  readonly endpoint: (text: string) => UdpEndpoint | undefined
  /** To be called before each observation: what the last one did not contain is forgotten. */
  readonly nextObservation: () => void
}

/** Makes parsers that remember nothing yet. */
export function createValueParsers(): ValueParsers {
  const key = remembering(orUndefined(parseWireguardPublicKey))
  const keyOfHex = remembering(orUndefined(wireguardKeyFromHex))
  const prefix = remembering(orUndefined(parseIpPrefix))
  const endpoint = remembering(parseObservedEndpoint)
  const all = [key, keyOfHex, prefix, endpoint]
  return {
    key: key.parse,
    keyOfHex: keyOfHex.parse,
    prefix: prefix.parse,
    endpoint: endpoint.parse,
    nextObservation: () => {
      for (const { turn } of all) turn()
    },
  }
}

/**
 * An endpoint as printed. A link-local one has a zone (`[fe80::1%eth0]:51820`), and a socket for both families shows IPv4
 * as mapped; both are endpoints that a peer may really have roamed to.
 */
export function parseObservedEndpoint(text: string): UdpEndpoint | undefined {
  const withoutZone = text.replace(/%[^\]]{1,64}\]/, ']')
  const unmapped = withoutZone.replace(/^\[::ffff:([0-9.]{7,15})\]:/, '$1:')
  return orUndefined(parseUdpEndpoint)(unmapped)
}

function orUndefined<A>(parse: (text: string) => E.Either<unknown, A>): (text: string) => A | undefined {
  return (text) => {
    const parsed = parse(text)
    return E.isRight(parsed) ? parsed.right : undefined
  }
}

/** Two generations, so that memory is bound by what the last two observations contained. */
function remembering<A>(parse: (text: string) => A | undefined) {
  let [current, former] = [new Map<string, A>(), new Map<string, A>()]
  return {
    parse: (text: string): A | undefined => {
      const known = current.get(text) ?? former.get(text)
      const value = known ?? parse(text)
      if (value !== undefined) current.set(text, value)
      return value
    },
    turn: () => {
      former = current
      current = new Map()
    },
  }
}
