/** What holds of every client, and of whoever connects one (B4, G3). */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { ClientId, HostName, NodeId, WireguardPublicKey } from '../../values/index.js'
import type { KeyHolder } from '../areas/client-errors.js'
import { type ClientContent, clientContentOf, maxScriptCharacters, maxScriptLines } from '../client-parts.js'
import { checked, shortList, shortText } from '../event-parts.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Client, Gateway, MeshState, Network } from '../mesh-state.js'
import { extraPrefixesProblem } from './client-prefixes.js'
import { refuse } from './decision.js'
import { memberNameProblem } from './dns-rules.js'
import { memberNamed } from './member-rules.js'

/** Lines as people give them: what is wrong with one is said by the rule, not by the codec. */
export const scriptLinesCodec: t.Type<readonly string[], unknown> = shortList(
  checked('a text of at most 4096 characters', (u): u is string => typeof u === 'string' && u.length <= 4096),
  maxScriptLines,
)

/** Readers of the file leave blanks at a line's ends out. */
export const trimmed = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/^ +| +$/g, ''))

/** Both as state and events have them, so that equal text is equal content. */
export const sameClientContent = (one: ClientContent, other: ClientContent): boolean =>
  JSON.stringify(clientContentOf(one)) === JSON.stringify(clientContentOf(other))

export interface GatewayPlace {
  readonly gateway: Gateway
  readonly network: Network
}

/** The gateway, whether it takes part or not. */
export const gatewayForClients = (state: MeshState, gatewayId: NodeId): E.Either<MeshError, GatewayPlace> => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  const network = gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
  return gateway === undefined || network === undefined
    ? refuse({ code: 'client-gateway-unknown', gatewayId })
    : E.right({ gateway, network })
}

/** What stands against a client with this content; its addresses were looked at before. */
export const clientProblem = (
  state: MeshState,
  network: Network,
  clientId: ClientId,
  content: ClientContent,
): MeshError | undefined =>
  nameProblem(network, clientId, content.name) ??
  memberNameProblem(state, network, content.name) ??
  keyProblem(state, clientId, content.publicKey) ??
  extraPrefixesProblem(state, clientId, content) ??
  scriptProblem('postUp', content.postUp) ??
  scriptProblem('postDown', content.postDown) ??
  ownerProblem(state, content)

const nameProblem = (network: Network, clientId: ClientId, name: HostName): MeshError | undefined => {
  const memberId = memberNamed(network, name)
  return memberId === undefined || memberId === clientId
    ? undefined
    : { code: 'client-name-taken', name, networkName: network.name, memberId }
}

const keyProblem = (state: MeshState, clientId: ClientId, key: WireguardPublicKey): MeshError | undefined => {
  const holder = keyHolder(state, key)
  return holder === undefined || holder.id === clientId ? undefined : { code: 'wireguard-key-taken', key, holder }
}

/** Whose a WireGuard key is, or was. */
export const keyHolder = ({ hosts, clients, indexes }: MeshState, key: WireguardPublicKey): KeyHolder | undefined => {
  const retired = largeMapGet<string, string>(indexes.retiredKeys, key)
  if (retired !== undefined) return { kind: 'removed-host', id: retired }
  const hostId = largeMapGet(indexes.hostIdsByWireguardKey, key)
  const host = hostId === undefined ? undefined : largeMapGet(hosts, hostId)
  if (host !== undefined) return { kind: 'host', id: host.hostId, name: host.name }
  const clientId = largeMapGet(indexes.clientIdsByPublicKey, key)
  const client = clientId === undefined ? undefined : largeMapGet(clients, clientId)
  return client === undefined ? undefined : { kind: 'client', id: client.clientId, name: client.name }
}

/**
 * Readers of the file take a line's end for the end of a command, and stop at `#`: the command would be another one. As each line
 * stands behind `PostUp =`, nothing else in it can be taken for a key or a section.
 */
const scriptProblem = (field: 'postUp' | 'postDown', lines: readonly string[]): MeshError | undefined => {
  const characters = lines.reduce((sum, line) => sum + line.length + 1, -1)
  if (characters > maxScriptCharacters)
    return { code: 'client-script-too-long', field, characters, limit: maxScriptCharacters }
  for (const [at, line] of lines.entries()) {
    const reason = lineProblem(line)
    if (reason !== undefined) return { code: 'client-script-unfit', field, line: at + 1, reason }
  }
  return undefined
}

const printable = shortText(maxScriptCharacters)

const lineProblem = (line: string): 'blank' | 'control-character' | 'hash' | undefined => {
  if (!printable.is(line)) return 'control-character'
  if (line.trim() === '') return 'blank'
  return line.includes('#') ? 'hash' : undefined
}

const ownerProblem = (state: MeshState, { ownerUserId }: Pick<Client, 'ownerUserId'>): MeshError | undefined =>
  ownerUserId === null || largeMapHas(state.users, ownerUserId)
    ? undefined
    : { code: 'user-unknown', userId: ownerUserId }
