import { type IpFamily, type IpPrefix, prefixFamily, prefixLength, type WaysOutside } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ToolCommand } from '../host-tool.js'
import { type LinuxHost, type Outcome, orUnreadable, runAndRead } from '../linux-host.js'
import { showRoutesAround, showRoutesWithin } from '../render/route-commands.js'
import { type IpLinkEntry, type IpRouteEntry, parseIpRoute } from './parse-ip-json.js'
import { readDestination } from './read-host.js'

/** Which interfaces lead to ranges outside the mesh. `undefined`: nobody asked. */
export async function observeWaysOutside(
  host: LinuxHost,
  links: readonly IpLinkEntry[],
  ranges: readonly IpPrefix[],
  action: string,
): Outcome<WaysOutside | undefined> {
  if (ranges.length === 0) return E.right(undefined)
  const interfaces = new Map<IpPrefix, readonly string[]>()
  for (const range of new Set(ranges)) {
    const found = await interfacesTo(host, range, action)
    if (E.isLeft(found)) return found
    interfaces.set(range, found.right)
  }
  const isUp = ({ flags }: IpLinkEntry) => flags.includes('UP') && flags.includes('LOWER_UP')
  const others = links.filter(({ ifname }) => ifname !== host.interfaceName)
  return E.right({ linksUp: others.filter(isUp).map(({ ifname }) => ifname), interfaces })
}

/** That of the narrowest route around the range, and those of routes to parts of it. */
async function interfacesTo(host: LinuxHost, range: IpPrefix, action: string): Outcome<readonly string[]> {
  const family = prefixFamily(range)
  const [around, within] = await Promise.all([
    routes(host, family, showRoutesAround(range), action),
    prefixLength(range) === 0 ? E.right([]) : routes(host, family, showRoutesWithin(range), action),
  ])
  if (E.isLeft(around)) return around
  if (E.isLeft(within)) return within
  const lengths = around.right.map(({ length }) => length)
  const narrowest = around.right.filter(({ length }) => length === Math.max(...lengths))
  return E.right([...new Set([...narrowest, ...within.right].flatMap(({ devices }) => devices))])
}

interface Found {
  readonly length: number
  readonly devices: readonly string[]
}

async function routes(
  host: LinuxHost,
  family: IpFamily,
  command: ToolCommand,
  action: string,
): Outcome<readonly Found[]> {
  const entries = await runAndRead(host, command, action, parseIpRoute)
  if (E.isLeft(entries)) return entries
  const found: Found[] = []
  for (const entry of entries.right) {
    const prefix = orUnreadable(readDestination(family, entry.dst), action)
    if (E.isLeft(prefix)) return prefix
    const devices = devicesOf(entry).filter((device) => device !== host.interfaceName)
    if (devices.length > 0) found.push({ length: prefixLength(prefix.right), devices })
  }
  return E.right(found)
}

/** None where packets are refused. */
const devicesOf = ({ dev, nexthops = [] }: IpRouteEntry): readonly string[] =>
  [dev, ...nexthops.map((each) => each.dev)].filter((each) => each !== undefined)
