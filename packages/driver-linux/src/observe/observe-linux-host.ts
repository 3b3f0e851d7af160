import { epochMs, noNamesFound, type ObservationWish, type ObservedHost } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { givenUp } from '../host-tool.js'
import { type LinuxHost, type Outcome, orUnreadable, runAndRead } from '../linux-host.js'
import { showAddresses } from '../render/address-commands.js'
import { givingUp } from './giving-up.js'
import { observeForeignFilters, observeTables } from './observe-foreign-filters.js'
import { observeForwarding } from './observe-forwarding.js'
import { findRenamed, observeDevice } from './observe-link.js'
import { observeNames } from './observe-names.js'
import { type OwnRouting, observePolicyRouting } from './observe-policy-routing.js'
import { observeRouting } from './observe-routing.js'
import { observeUnderlayMtu } from './observe-underlay-mtu.js'
import { observeWaysOutside } from './observe-ways-outside.js'
import { type IpLinkEntry, parseIpAddr } from './parse-ip-json.js'
import { readOwnAddresses, readUnderlayAddresses } from './read-host.js'

const ACTION = 'observe'

/** Reads the host: half a dozen short processes, and WireGuard's own answer. Given up between two of them. */
export async function observeLinuxHost(host: LinuxHost, wish?: ObservationWish): Outcome<ObservedHost> {
  if (wish?.isGivenUp === undefined) return observeAll(host, wish)
  const { runner, gaveUp } = givingUp(host.runner, wish.isGivenUp)
  const observed = await observeAll({ ...host, runner }, wish)
  // Some readers take a program that gave no answer for one that has nothing to say.
  return gaveUp() ? E.left(givenUp(ACTION)) : observed
}

async function observeAll(host: LinuxHost, wish: ObservationWish | undefined): Outcome<ObservedHost> {
  host.parsers.nextObservation()
  const links = await runAndRead(host, showAddresses, ACTION, parseIpAddr)
  if (E.isLeft(links)) return links
  const underlay = orUnreadable(readUnderlayAddresses(links.right, host.interfaceName), ACTION)
  if (E.isLeft(underlay)) return underlay
  const found = host.firewall === undefined ? E.right(undefined) : await host.firewall.find(ACTION)
  if (E.isLeft(found)) return found
  const forwarding = await observeForwarding(host, found.right?.wasOff ?? [], ACTION)
  if (E.isLeft(forwarding)) return forwarding
  const listing = await observeTables(host, ACTION)
  if (E.isLeft(listing)) return listing
  const foreign = await observeForeignFilters(host, listing.right, ACTION)
  if (E.isLeft(foreign)) return foreign
  const names = host.hasNames ? await observeNames(host, ACTION) : E.right(noNamesFound)
  if (E.isLeft(names)) return names
  const foreignFilters = new Map([...foreign.right].map(([name, { hook, passage }]) => [name, { hook, passage }]))
  const outside = await observeWaysOutside(host, links.right, wish?.rangesOutside ?? [], ACTION)
  if (E.isLeft(outside)) return outside
  const own = await observeOwnLink(host, links.right)
  if (E.isLeft(own)) return own
  const { mark, policy, ...ofLink } = own.right
  const policyRouting = await observePolicyRouting(host, { mark, policy, listing: listing.right }, ACTION)
  if (E.isLeft(policyRouting)) return policyRouting
  return E.right({
    observedAtEpochMs: epochMs(host.nowEpochMs()),
    underlayAddresses: underlay.right,
    firewall: found.right?.firewall,
    forwarding: forwarding.right,
    foreignFilters,
    names: names.right,
    ...(outside.right !== undefined && { waysOutside: outside.right }),
    ...ofLink,
    policyRouting: policyRouting.right,
  })
}

/** What hangs on the own interface, and what is asked with it. */
interface OwnLink extends Pick<ObservedHost, 'interface' | 'renamedTo' | 'peers' | 'underlayMtu' | 'routes'> {
  /** What WireGuard's socket puts on its packets. */
  readonly mark: number | undefined
  readonly policy: OwnRouting
}

async function observeOwnLink(host: LinuxHost, links: readonly IpLinkEntry[]): Outcome<OwnLink> {
  const link = links.find(({ ifname }) => ifname === host.interfaceName)
  const addresses = link === undefined ? E.right([]) : orUnreadable(readOwnAddresses(link), ACTION)
  if (E.isLeft(addresses)) return addresses
  const routing = await observeRouting(host, addresses.right, ACTION)
  if (E.isLeft(routing)) return routing
  const { main: routes, policy } = routing.right
  if (link === undefined) {
    host.seenImplementation.current = undefined
    const renamed = await findRenamed(host, links, ACTION)
    if (E.isLeft(renamed)) return renamed
    return E.right({
      interface: undefined,
      ...(renamed.right !== undefined && { renamedTo: renamed.right.ifname }),
      peers: new Map(),
      underlayMtu: undefined,
      routes: [],
      mark: undefined,
      policy,
    })
  }
  const found = await observeDevice(host, link, ACTION)
  if (E.isLeft(found)) return found
  const { implementation, device } = found.right
  const { publicKey, listenPort, mark, peers } = device
  const underlayMtu = await observeUnderlayMtu(host, links, { peers: peers.values(), mark: mark ?? 0 }, ACTION)
  if (E.isLeft(underlayMtu)) return underlayMtu
  host.seenKey.current = publicKey
  host.seenImplementation.current = implementation
  return E.right({
    interface: {
      name: link.ifname,
      implementation,
      publicKey,
      listenPort,
      mtuBytes: link.mtu,
      isUp: link.flags.includes('UP'),
      addresses: addresses.right,
    },
    peers,
    underlayMtu: underlayMtu.right,
    routes,
    mark,
    policy,
  })
}
