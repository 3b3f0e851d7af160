/** Calls of systemd-resolved's D-Bus interface (org.freedesktop.resolve1(5)), made by `resolvectl`, and what it answers. */
import { everyDomain, isAboutEverything, type NameResolver, type ObservedNames, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ToolCommand } from '../host-tool.js'
import { ALREADY_GONE } from '../linux-pitfalls.js'

const ask = (interfaceName: string, ...words: readonly string[]): ToolCommand => {
  const [verb = '', ...values] = words
  return { tool: 'resolvectl', args: [verb, interfaceName, ...values] }
}

/** What is asked of a link: `SetLinkDNS`, `SetLinkDomains` and `SetLinkDefaultRoute` have no counterparts in one call. */
export const showLink = (interfaceName: string): readonly ToolCommand[] =>
  ['dns', 'domain', 'default-route'].map((verb) => ask(interfaceName, verb))

/** Servers come after what they are for: a link with servers and no domains is asked about everything. */
export const tellLink = (interfaceName: string, { servers, domains }: NameResolver): readonly ToolCommand[] => [
  ask(interfaceName, 'default-route', isAboutEverything({ servers, domains }) ? 'yes' : 'no'),
  ask(interfaceName, 'domain', ...domains.map((domain) => `~${domain}`)),
  ask(interfaceName, 'dns', ...servers),
]

/** Without the link there is nothing to take back: systemd-resolved forgets what it was told with it. */
export const revertLink = (interfaceName: string): ToolCommand => ({
  ...ask(interfaceName, 'revert'),
  tolerates: ALREADY_GONE,
})

/** The answers to {@link showLink}; `spoilt`: servers without domains, or the other way round, or a default route that fits neither. */
export const readLink = ([dns = '', domain = '', route = '']: readonly string[]): ObservedNames['resolvers'] => {
  const servers = valuesOf(dns).flatMap((word) => {
    const address = parseIpAddress(word)
    return E.isRight(address) ? [address.right] : []
  })
  const words = valuesOf(domain)
  if (servers.length === 0 && words.length === 0) return []
  const domains = words.flatMap((word) => (word.startsWith('~') ? [word.slice(1)] : []))
  const isDefault = valuesOf(route).join() === 'yes'
  const isWhole = servers.length > 0 && domains.length === words.length && isDefault === domains.includes(everyDomain)
  return isWhole && domains.length > 0 ? [{ servers, domains: domains.sort() }] : 'spoilt'
}

/** `Link 3 (wg0): 10.66.0.53 fd66::53` */
const valuesOf = (line: string): readonly string[] =>
  line
    .replace(/^Link \d+ \(.*?\):/, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
