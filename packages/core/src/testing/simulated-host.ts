import * as E from 'fp-ts/lib/Either.js'
import type { HostDriver, HostDriverError } from '../ports/host-driver.js'
import { applyHostChanges, type InterfaceDefaults, withoutMeshRoutes } from '../reconcile/apply-host-changes.js'
import { type DriverCapabilities, noCapabilities } from '../reconcile/driver-capabilities.js'
import type { HostChange } from '../reconcile/host-change.js'
import { type NameResolver, noNamesFound } from '../reconcile/host-names.js'
import type { ObservedHost, ObservedPeer } from '../reconcile/observed-host.js'
import { noPolicyRoutingFound } from '../reconcile/policy-routing.js'
import { epochMs, isIpv6Address, type UdpEndpoint, type WireguardPublicKey } from '../values/index.js'

/** What a simulated host is like before anything happens. */
export interface SimulatedHostOptions {
  /** Keys whose private half the host holds. It refuses to become anybody else. */
  readonly heldKeys: readonly WireguardPublicKey[]
  /** The time of observations, in milliseconds since 1970. */
  readonly nowEpochMs: () => number
  /** `mesh0` where left out. */
  readonly interfaceName?: string
  readonly capabilities?: DriverCapabilities
  /** Kinds of change that this host answers with `change-unsupported`. */
  readonly unsupported?: readonly HostChange['kind'][]
  /** A host that is not fresh. */
  readonly initial?: ObservedHost
}

/** A host in memory that behaves like Linux with WireGuard, and fails on request. */
export interface SimulatedHost extends HostDriver {
  readonly observeTunnel: NonNullable<HostDriver['observeTunnel']>
  /** The whole truth, also while the driver fails. */
  readonly state: ObservedHost
  /** Every change that took effect, in order. */
  readonly executed: readonly HostChange[]
  /**
   * Lets that many more changes succeed and refuses all that follow until `heal`. `effect: 'done'`: the first refused one
   * takes effect all the same, as when a process dies between the system call and the answer.
   */
  failAfter(successes: number, options?: { readonly effect?: 'none' | 'done' }): void
  /** Ends `failAfter`. */
  heal(): void
  /** Somebody else changes the host, or the world does. */
  disturb(edit: (host: ObservedHost) => ObservedHost): void
}

const NOTHING_ISOLATED: DriverCapabilities = {
  ...noCapabilities,
  'isolate-networks': { supported: false, consequence: 'The simulated host has no packet filter.' },
}

/** Makes a simulated host with nothing on it, or with `initial`. */
export function createSimulatedHost(options: SimulatedHostOptions): SimulatedHost {
  const defaults: InterfaceDefaults = { name: options.interfaceName ?? 'mesh0', implementation: 'kernel' }
  const executed: HostChange[] = []
  let state = options.initial ?? emptyHost(options.nowEpochMs())
  let failure: { successesLeft: number; effect: 'none' | 'done' } | undefined

  const takeEffect = (change: HostChange) => {
    state = applyHostChanges(state, [change], defaults)
    executed.push(change)
  }
  const refusalOf = (change: HostChange): HostDriverError | undefined => {
    if (options.unsupported?.includes(change.kind) === true || !KINDS.has(change.kind)) {
      return { code: 'change-unsupported', change: change.kind, reason: 'the simulated host was told not to' }
    }
    const reason = whyRefused(state, change, options.heldKeys)
    return reason === undefined ? undefined : { code: 'host-refused', action: change.kind, reason }
  }

  return {
    capabilities: options.capabilities ?? NOTHING_ISOLATED,
    get state() {
      return state
    },
    executed,
    async observe(wish) {
      if (wish?.isGivenUp?.() === true) {
        return E.left({ code: 'given-up', action: 'observe', reason: 'given up on request' })
      }
      return E.right({ ...state, observedAtEpochMs: epochMs(options.nowEpochMs()) })
    },
    async observeTunnel() {
      if (state.interface === undefined) return E.right(undefined)
      const { listenPort } = state.interface
      return E.right({ observedAtEpochMs: epochMs(options.nowEpochMs()), listenPort, peers: state.peers })
    },
    async execute(change) {
      const refusal = refusalOf(change)
      if (refusal !== undefined) return E.left(refusal)
      if (failure !== undefined && failure.successesLeft === 0) {
        if (failure.effect === 'done') takeEffect(change)
        failure.effect = 'none'
        return E.left({ code: 'host-refused', action: change.kind, reason: 'failing on request' })
      }
      if (failure !== undefined) failure.successesLeft--
      takeEffect(change)
      return E.right(undefined)
    },
    async close() {},
    failAfter(successes, { effect = 'none' } = {}) {
      failure = { successesLeft: successes, effect }
    },
    heal() {
      failure = undefined
    },
    disturb(edit) {
      state = edit(state)
    },
  }
}

/** A host without the interface. */
export function emptyHost(observedAtEpochMs: number): ObservedHost {
  return {
    observedAtEpochMs: epochMs(observedAtEpochMs),
    interface: undefined,
    peers: new Map(),
    routes: [],
    firewall: undefined,
    policyRouting: noPolicyRoutingFound,
    names: noNamesFound,
    forwarding: new Map([
      [4, 'off'],
      [6, 'off'],
    ]),
    foreignFilters: new Map(),
    underlayAddresses: [],
    underlayMtu: undefined,
  }
}

/** A disturbance: the link goes down, and the kernel drops its routes and IPv6 addresses. */
export function withLinkDown(host: ObservedHost): ObservedHost {
  if (host.interface === undefined) return host
  const addresses = host.interface.addresses.filter((address) => !isIpv6Address(address))
  return withoutMeshRoutes({ ...host, interface: { ...host.interface, isUp: false, addresses }, routes: [] })
}

/** A disturbance: a peer completes a handshake from `endpoint`. Unknown peers are left unknown. */
export function withHandshake(
  host: ObservedHost,
  publicKey: WireguardPublicKey,
  { endpoint, atEpochMs }: { readonly endpoint: UdpEndpoint; readonly atEpochMs: number },
): ObservedHost {
  const peer = host.peers.get(publicKey)
  if (peer === undefined) return host
  const roamed: ObservedPeer = { ...peer, endpoint, latestHandshakeAtEpochMs: epochMs(atEpochMs) }
  return { ...host, peers: new Map(host.peers).set(publicKey, roamed) }
}

/** Exhaustive by type: a new kind of change does not compile until it is here. */
const KIND_TABLE: Readonly<Record<HostChange['kind'], true>> = {
  'create-interface': true,
  'remove-interface': true,
  'set-private-key': true,
  'set-listen-port': true,
  'set-mtu': true,
  'bring-up': true,
  'add-address': true,
  'remove-address': true,
  'set-peer': true,
  'remove-peer': true,
  'add-route': true,
  'remove-route': true,
  'refresh-underlay': true,
  'set-firewall': true,
  'change-firewall-set': true,
  'remove-firewall': true,
  'set-forwarding': true,
  'open-foreign-filter': true,
  'close-foreign-filter': true,
  'set-bypass': true,
  'add-policy-route': true,
  'remove-policy-route': true,
  'add-policy-rule': true,
  'remove-policy-rule': true,
  'set-names': true,
  'set-resolvers': true,
}
const KINDS: ReadonlySet<string> = new Set(Object.keys(KIND_TABLE))

/** In the kernel's manner: taking away what is not there is fine, adding to what is not there is not. */
function whyRefused(
  host: ObservedHost,
  change: HostChange,
  heldKeys: readonly WireguardPublicKey[],
): string | undefined {
  const needsKey = change.kind === 'create-interface' || change.kind === 'set-private-key'
  if (needsKey && !heldKeys.includes(change.publicKey)) return 'the private key held here belongs to another public key'
  if (change.kind === 'create-interface' || REMOVALS.has(change.kind)) return undefined
  if (change.kind === 'set-firewall' || change.kind === 'open-foreign-filter') return undefined
  if (change.kind === 'set-names') return undefined
  if (change.kind === 'set-resolvers') return whyNotTold(host, change.resolvers)
  if (change.kind === 'set-forwarding') return host.firewall === undefined ? 'there is no firewall' : undefined
  if (change.kind === 'change-firewall-set')
    return host.firewall?.sets.has(change.set) === true ? undefined : 'there is no such set'
  if (change.kind === 'add-policy-rule' || (change.kind === 'set-bypass' && !change.isOn)) return undefined
  if (change.kind === 'add-policy-route' && change.route.to !== 'mesh') return undefined
  if (host.interface === undefined) return 'there is no such interface'
  if (change.kind === 'set-peer' && change.publicKey === host.interface.publicKey) return 'a host is no peer of its own'
  if (change.kind !== 'add-route' && change.kind !== 'add-policy-route') return undefined
  if (!host.interface.isUp) return 'the interface is down'
  const source = change.route.preferredSource
  if (source !== null && !host.interface.addresses.includes(source)) return 'the preferred source is no own address'
  return undefined
}

function whyNotTold(host: ObservedHost, resolvers: readonly NameResolver[]): string | undefined {
  if (resolvers.length === 0) return undefined
  const { can } = host.names.means
  if (can === 'nothing') return 'there is no resolver that could be told'
  return can === 'one-list' && host.interface === undefined ? 'there is no such interface' : undefined
}

const REMOVALS: ReadonlySet<HostChange['kind']> = new Set([
  'remove-interface',
  'remove-address',
  'remove-peer',
  'remove-route',
  'remove-firewall',
  'close-foreign-filter',
  'remove-policy-route',
  'remove-policy-rule',
])
