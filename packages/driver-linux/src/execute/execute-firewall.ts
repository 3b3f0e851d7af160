import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FirewallBackend, SetChange } from '../firewall/firewall-backend.js'
import type { LinuxHost, Outcome } from '../linux-host.js'

type FirewallChange<K extends HostChange['kind']> = Extract<HostChange, { kind: K }>

/** The whole filter at once, with what it remembers. */
export const executeSetFirewall = (host: LinuxHost, { kind, firewall }: FirewallChange<'set-firewall'>): Outcome =>
  withBackend(host, kind, async (backend) => {
    const found = await backend.find(kind, 'outline')
    if (E.isLeft(found)) return found
    return backend.set(firewall, found.right?.wasOff ?? [], kind)
  })

/** Members of sets, all in one step. */
export const executeSetChanges = (host: LinuxHost, changes: readonly SetChange[]): Outcome =>
  withBackend(host, 'change-firewall-set', (backend) => backend.changeSets(changes))

export const executeRemoveFirewall = (host: LinuxHost): Outcome =>
  host.firewall === undefined ? Promise.resolve(E.right(undefined)) : host.firewall.remove('remove-firewall')

/** A change that only a host with a packet filter can take. */
export const withBackend = (
  { firewall }: LinuxHost,
  change: HostChange['kind'],
  body: (backend: FirewallBackend) => Outcome,
): Outcome =>
  firewall === undefined
    ? Promise.resolve(E.left({ code: 'change-unsupported', change, reason: 'the host has no packet filter' }))
    : body(firewall)
