import { type HostRoute, prefixFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, refuse, run, runAndRead } from '../linux-host.js'
import {
  ALREADY_GONE,
  IPV6_HAS_NO_METRIC_0,
  isExactlyAmong,
  isToldByItsMarks,
  ROUTE_EXISTS,
  replaceIsSafe,
} from '../linux-pitfalls.js'
import { isOfAnyMesh } from '../observe/marks.js'
import { parseIpAddr, parseIpRoute } from '../observe/parse-ip-json.js'
import { type FoundRoute, readRoutes } from '../observe/read-host.js'
import { showAddressesOf } from '../render/address-commands.js'
import { addRoute, deleteOwnRoute, deleteRoute, replaceRoute, showRoutesTo } from '../render/route-commands.js'

const ADD = 'add-route'
const REMOVE = 'remove-route'

/** Adds the route, or replaces an own one of the same prefix and metric; never one of another interface. */
export async function executeAddRoute(host: LinuxHost, route: HostRoute): Outcome {
  if (route.metric === 0 && prefixFamily(route.prefix) === 6) return refuse(ADD, IPV6_HAS_NO_METRIC_0)
  const added = await run(host, addRoute(host.interfaceName, route), ADD)
  if (E.isRight(added)) return E.right(undefined)
  return ROUTE_EXISTS.test(added.left.reason) ? replaceOwnRoute(host, route) : added
}

async function replaceOwnRoute(host: LinuxHost, route: HostRoute): Outcome {
  const found = await findRoutes(host, route, ADD)
  if (E.isLeft(found)) return found
  const inTheWay = found.right.filter(({ metric }) => metric === route.metric)
  if (isExactlyAmong(inTheWay, route, host.interfaceName)) return E.right(undefined)
  const devices = inTheWay.map(({ device }) => device ?? 'several interfaces')
  if (!replaceIsSafe(devices, host.interfaceName)) {
    return refuse(
      ADD,
      `${route.prefix} with metric ${route.metric} is routed over ${devices.join(', ')}: ${await wayOutOf(host, devices)}`,
    )
  }
  return done(await run(host, replaceRoute(host.interfaceName, route), ADD))
}

/** A mesh beside this one on the host has the same metrics, so that they can't share a range; of others one or the other can be changed. */
async function wayOutOf(host: LinuxHost, devices: readonly string[]): Promise<string> {
  for (const device of devices) {
    const links = await runAndRead(host, showAddressesOf(device), ADD, parseIpAddr)
    if (E.isRight(links) && links.right.some(isOfAnyMesh))
      return 'that is another mesh on this host. No two may have a range in common: let one have another control range (`meshfold mesh update --control-range`, before it has a host), or its network another range'
  }
  return 'give the mesh another range, or that route another metric'
}

/** Removes exactly this route. That of our own by what tells it from all others; what somebody else put there is looked at first. */
export async function executeRemoveRoute(host: LinuxHost, route: HostRoute): Outcome {
  const own = isToldByItsMarks(route) ? await run(host, deleteOwnRoute(host.interfaceName, route), REMOVE) : undefined
  if (own !== undefined && (E.isRight(own) || !ALREADY_GONE.test(own.left.reason))) return done(own)
  const found = await findRoutes(host, route, REMOVE)
  if (E.isLeft(found)) return found
  if (!isExactlyAmong(found.right, route, host.interfaceName)) return E.right(undefined)
  return done(await run(host, deleteRoute(host.interfaceName, route), REMOVE))
}

async function findRoutes(host: LinuxHost, { prefix }: HostRoute, action: string): Outcome<readonly FoundRoute[]> {
  const entries = await runAndRead(host, showRoutesTo(prefix), action, parseIpRoute)
  if (E.isLeft(entries)) return entries
  return orUnreadable(readRoutes(prefixFamily(prefix), entries.right, []), action)
}

const done = <A>(outcome: E.Either<A, unknown>): E.Either<A, void> => (E.isLeft(outcome) ? outcome : E.right(undefined))
