/**
 * From a config to who gets which prefixes: the hop that each path takes now, and with it every peer's AllowedIPs. Pure and the
 * same on every host, so that both ends of a path come to the same answer: who owns a choice tells it in a vector, all others
 * follow. `PathChooser` does the same, change by change.
 */
import { type EgressId, type HostId, hostPrefix, type IpPrefix, type NodeId, sortedPrefixes } from '../values/index.js'
import { internetChoice, leavingHop, pairHop, relayedHop, routedHop } from './choose-hop.js'
import type { ChosenPaths, HealthView, RememberedPaths } from './chosen-paths.js'
import { type HostConfig, internetPathKey, type Path, type PathKey } from './host-config.js'
import { chooseOwn, type OwnChoices } from './own-vector.js'
import { type PathFacts, pathRank, wayTo } from './path-facts.js'
import type { PathVectors } from './path-vector.js'
import { comesBefore } from './prefix-owner.js'

/**
 * The hop that each path of a config takes now, and every peer's AllowedIPs.
 *
 * @param health what this host knows of its peers; who isn't there is unproven
 * @param vectors what others told of their choices, newest each
 * @param current what was chosen last, here or before a restart; it is left only for what is proven
 * @param unservable egresses that this host routes and can't serve now (no link, no route)
 */
export const choosePaths = (
  config: HostConfig,
  health: HealthView,
  vectors: PathVectors,
  current: RememberedPaths | undefined,
  unservable: ReadonlySet<EgressId> = new Set(),
): ChosenPaths => {
  const hops = new Map<PathKey, HostId>()
  const { peers, paths, routing } = config
  const facts: PathFacts = { viewer: config.own.hostId, peers, paths, health, vectors, hops }
  const all = [...paths.values()]
  const own = chooseOwn(
    facts,
    {
      networks: all.filter(({ to }) => to.kind === 'own-gateway'),
      pairs: all.filter(({ to }) => to.kind === 'pair'),
      internet: paths.get(internetPathKey),
      routing,
      unservable,
    },
    {
      former: (key) => ({ hop: current?.hops.get(key), followed: current?.memory.followed.get(key) }),
      heldBack: current?.memory.heldBack ?? [],
      servedEgressIds: current?.vector.servedEgressIds ?? [],
    },
  )
  const followed = new Map<PathKey, NodeId>(own.followed)
  for (const path of all.sort((a, b) => pathRank(a) - pathRank(b))) {
    const former = { hop: current?.hops.get(path.key), followed: current?.memory.followed.get(path.key) }
    const choice = chooseHop(facts, own, path, former)
    if (choice.hop !== undefined) hops.set(path.key, choice.hop)
    if (choice.followed !== undefined) followed.set(path.key, choice.followed)
  }
  const allowedIps = allowedIpsOf(config, hops)
  return { hops, allowedIps, vector: own.vector, memory: { followed, heldBack: own.heldBack } }
}

/** The hop of a path, and what of the choice is to be remembered. */
export const chooseHop = (
  facts: PathFacts,
  own: Pick<OwnChoices, 'hops' | 'followed' | 'told'>,
  path: Path,
  former: { readonly hop: HostId | undefined; readonly followed: NodeId | undefined },
): { readonly hop: HostId | undefined; readonly followed: NodeId | undefined } => {
  const { to } = path
  const plain = (hop: HostId | undefined) => ({ hop, followed: undefined })
  switch (to.kind) {
    case 'direct':
      return plain(facts.peers.has(to.hostId) ? to.hostId : undefined)
    case 'relayed':
      return plain(relayedHop(facts, to))
    case 'pair':
      return plain(pairHop(facts, to, own.told))
    case 'own-gateway':
      return { hop: own.hops.get(path.key), followed: own.followed.get(path.key) }
    case 'behind-node':
      return plain(wayTo(facts, to))
    case 'leaving':
      return plain(leavingHop(facts, to, former.hop))
    case 'routed':
      return plain(routedHop(facts, to, former.hop))
    case 'internet':
      return internetChoice(facts, path, to, former)
  }
}

const allowedIpsOf = (
  { peers, clients, paths }: HostConfig,
  hops: ReadonlyMap<PathKey, HostId>,
): ReadonlyMap<HostId, readonly IpPrefix[]> => {
  const ofClients = new Set([...clients.values()].flatMap(({ prefixes }) => prefixes))
  const owners = new Map<IpPrefix, Path>()
  for (const path of paths.values())
    for (const prefix of path.prefixes) {
      const owner = owners.get(prefix)
      if (!ofClients.has(prefix) && (owner === undefined || comesBefore(path, owner))) owners.set(prefix, path)
    }
  const allowedIps = new Map<HostId, IpPrefix[]>()
  for (const peer of peers.values())
    allowedIps.set(peer.hostId, [hostPrefix(peer.controlAddress4), hostPrefix(peer.controlAddress6)])
  for (const [prefix, { key }] of owners) {
    const hop = hops.get(key)
    if (hop !== undefined) allowedIps.get(hop)?.push(prefix)
  }
  return new Map([...allowedIps].map(([hostId, prefixes]) => [hostId, sortedPrefixes(prefixes)]))
}
