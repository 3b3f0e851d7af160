import { type HostRoute, type IpAddress, type IpFamily, type IpPrefix, prefixFamily } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { ALREADY_GONE, anyOf, KERNEL_LACKS_IPV6, OWN_ROUTE_PROTOCOL, SOME_LEAD_NOWHERE } from '../linux-pitfalls.js'

/** Adds a route; an error when prefix and metric are taken, by whichever interface. */
export function addRoute(name: string, route: HostRoute): ToolCommand {
  return ownRoute('add', name, route)
}

/** Overwrites the route with this prefix and metric, on whichever interface: see `replaceIsSafe`. */
export function replaceRoute(name: string, route: HostRoute): ToolCommand {
  return ownRoute('replace', name, route)
}

/** Deletes the route that `addRoute` made; an error where there is none: see `isToldByItsMarks`. */
export function deleteOwnRoute(name: string, route: HostRoute): ToolCommand {
  return ownRoute('del', name, route)
}

/** Deletes a route that is known to be there, whoever put it there: see `isExactlyAmong`. */
export function deleteRoute(name: string, { prefix, preferredSource, metric }: HostRoute): ToolCommand {
  const source = preferredSource === null ? [] : ['src', preferredSource]
  const words = ['route', 'del', prefix, 'dev', name, ...source, 'metric', String(metric), 'table', 'main']
  return { ...oneLine(words), tolerates: ALREADY_GONE }
}

/** The routes of one family over one interface; none when there is no such interface, or no such family. */
export function showRoutesOf(name: string, family: IpFamily): ToolCommand {
  const args = ['-N', '-j', '-d', flag(family), 'route', 'show', 'table', 'main', 'dev', name]
  return { tool: 'ip', args, tolerates: anyOf(ALREADY_GONE, KERNEL_LACKS_IPV6) }
}

/** The routes to exactly this prefix, over any interface. */
export function showRoutesTo(prefix: IpPrefix): ToolCommand {
  const args = ['-N', '-j', '-d', flag(prefixFamily(prefix)), 'route', 'show', 'table', 'main', 'exact', prefix]
  return { tool: 'ip', args }
}

/** The routes that have all of this prefix, over any interface. */
export function showRoutesAround(prefix: IpPrefix): ToolCommand {
  return showMainRoutes(prefix, 'match')
}

/** The routes to parts of this prefix, over any interface. */
export function showRoutesWithin(prefix: IpPrefix): ToolCommand {
  return showMainRoutes(prefix, 'root')
}

function showMainRoutes(prefix: IpPrefix, which: 'match' | 'root'): ToolCommand {
  const args = ['-N', '-j', '-d', flag(prefixFamily(prefix)), 'route', 'show', 'table', 'main', which, prefix]
  return { tool: 'ip', args, tolerates: KERNEL_LACKS_IPV6 }
}

/** By which way packets go to each address, a line each; nothing for those that none leads to. */
export function showWays(addresses: readonly IpAddress[], mark: number): ToolCommand {
  const suffix = mark === 0 ? '' : ` mark ${mark}`
  const stdin = addresses.map((address) => `route get ${address}${suffix}\n`).join('')
  return { tool: 'ip', args: ['-N', '-j', '-force', '-batch', '-'], stdin, tolerates: SOME_LEAD_NOWHERE }
}

function ownRoute(verb: 'add' | 'replace' | 'del', name: string, { prefix, preferredSource, metric }: HostRoute) {
  const source = preferredSource === null ? [] : ['src', preferredSource]
  const marks = ['proto', OWN_ROUTE_PROTOCOL, 'metric', String(metric), 'table', 'main']
  return oneLine(['route', verb, prefix, 'dev', name, ...source, ...marks])
}

/** As what `ip` reads: one that waits for it can be told that. The prefix says which family it is. */
const oneLine = (words: readonly string[]): ToolCommand => ({
  tool: 'ip',
  args: ['-batch', '-'],
  stdin: `${words.join(' ')}\n`,
})

function flag(family: IpFamily): '-4' | '-6' {
  return family === 4 ? '-4' : '-6'
}
