import {
  epochMs,
  type HostRoute,
  type IpAddress,
  type IpFamily,
  noNamesFound,
  type ObservationWish,
  type ObservedHost,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, runAndRead } from '../linux-host.js'
import { showAddresses } from '../render/address-commands.js'
import { showRoutesOf } from '../render/route-commands.js'
import { observeForeignFilters } from './observe-foreign-filters.js'
import { observeForwarding } from './observe-forwarding.js'
import { observeDevice } from './observe-link.js'
import { observeNames } from './observe-names.js'
import { observePolicyRouting } from './observe-policy-routing.js'
import { observeUnderlayMtu } from './observe-underlay-mtu.js'
import { observeWaysOutside } from './observe-ways-outside.js'
import { type IpLinkEntry, parseIpAddr, parseIpRoute } from './parse-ip-json.js'
import { readOwnAddresses, readRoutes, readUnderlayAddresses } from './read-host.js'

const ACTION = 'observe'

/** Reads the host: a dozen short processes, and WireGuard's own answer. */
export async function observeLinuxHost(host: LinuxHost, wish?: ObservationWish): Outcome<ObservedHost> {
  host.parsers.nextObservation()
  const links = await runAndRead(host, showAddresses, ACTION, parseIpAddr)
  if (E.isLeft(links)) return links
  const underlay = orUnreadable(readUnderlayAddresses(links.right, host.interfaceName), ACTION)
  if (E.isLeft(underlay)) return underlay
  const found = host.firewall === undefined ? E.right(undefined) : await host.firewall.find(ACTION)
  if (E.isLeft(found)) return found
  const forwarding = await observeForwarding(host, found.right?.wasOff ?? [], ACTION)
  if (E.isLeft(forwarding)) return forwarding
  const foreign = await observeForeignFilters(host, ACTION)
  if (E.isLeft(foreign)) return foreign
  const names = host.hasNames ? await observeNames(host, ACTION) : E.right(noNamesFound)
  if (E.isLeft(names)) return names
  const foreignFilters = new Map([...foreign.right].map(([name, { hook, passage }]) => [name, { hook, passage }]))
  const outside = await observeWaysOutside(host, links.right, wish?.rangesOutside ?? [], ACTION)
  if (E.isLeft(outside)) return outside
  const surroundings = {
    observedAtEpochMs: epochMs(host.nowEpochMs()),
    underlayAddresses: underlay.right,
    firewall: found.right?.firewall,
    forwarding: forwarding.right,
    foreignFilters,
    names: names.right,
    ...(outside.right !== undefined && { waysOutside: outside.right }),
  }
  const link = links.right.find(({ ifname }) => ifname === host.interfaceName)
  if (link !== undefined) return observeOwnLink(host, link, links.right, surroundings)
  host.seenImplementation.current = undefined
  const policyRouting = await observePolicyRouting(host, undefined, ACTION)
  if (E.isLeft(policyRouting)) return policyRouting
  return E.right({
    ...surroundings,
    interface: undefined,
    peers: new Map(),
    underlayMtu: undefined,
    routes: [],
    policyRouting: policyRouting.right,
  })
}

async function observeOwnLink(
  host: LinuxHost,
  link: IpLinkEntry,
  links: readonly IpLinkEntry[],
  surroundings: Omit<ObservedHost, 'interface' | 'peers' | 'underlayMtu' | 'routes' | 'policyRouting'>,
): Outcome<ObservedHost> {
  const addresses = orUnreadable(readOwnAddresses(link), ACTION)
  if (E.isLeft(addresses)) return addresses
  const [found, ipv4, ipv6] = await Promise.all([
    observeDevice(host, link, ACTION),
    observeRoutes(host, 4, addresses.right),
    observeRoutes(host, 6, addresses.right),
  ])
  if (E.isLeft(found)) return found
  if (E.isLeft(ipv4)) return ipv4
  if (E.isLeft(ipv6)) return ipv6
  const { publicKey, listenPort, mark, peers } = found.right.device
  const policyRouting = await observePolicyRouting(host, mark, ACTION)
  if (E.isLeft(policyRouting)) return policyRouting
  const way = { peers: peers.values(), mark: mark ?? 0 }
  const underlayMtu = await observeUnderlayMtu(host, links, way, ACTION)
  if (E.isLeft(underlayMtu)) return underlayMtu
  host.seenKey.current = publicKey
  host.seenImplementation.current = found.right.implementation
  return E.right({
    ...surroundings,
    interface: {
      name: link.ifname,
      implementation: found.right.implementation,
      publicKey,
      listenPort,
      mtuBytes: link.mtu,
      isUp: link.flags.includes('UP'),
      addresses: addresses.right,
    },
    peers,
    underlayMtu: underlayMtu.right,
    routes: [...ipv4.right, ...ipv6.right],
    policyRouting: policyRouting.right,
  })
}

async function observeRoutes(
  host: LinuxHost,
  family: IpFamily,
  ownAddresses: readonly IpAddress[],
): Outcome<readonly HostRoute[]> {
  const entries = await runAndRead(host, showRoutesOf(host.interfaceName, family), ACTION, parseIpRoute)
  if (E.isLeft(entries)) return entries
  const routes = orUnreadable(readRoutes(family, entries.right, ownAddresses), ACTION)
  if (E.isLeft(routes)) return routes
  return E.right(routes.right.map(({ prefix, preferredSource, metric }) => ({ prefix, preferredSource, metric })))
}
