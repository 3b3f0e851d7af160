import type { HostDriver } from '../../ports/host-driver.js'
import type { DesiredFirewall, FirewallSetId } from '../../reconcile/desired-firewall.js'
import type { DesiredHost } from '../../reconcile/desired-host.js'
import type { HostCapability } from '../../reconcile/driver-capabilities.js'
import type { HostChange } from '../../reconcile/host-change.js'
import { everyDomain, type NameLine, noNames } from '../../reconcile/host-names.js'
import { noPolicyRouting } from '../../reconcile/policy-routing.js'
import { ipAddress, ipPrefix, udpEndpoint, type WireguardPublicKey } from '../../values/index.js'
import { sampleFirewallRules, samplePeerKeys, samplePublicKey } from '../arbitraries/hosts.js'
import { samplePolicyRouting } from '../arbitraries/policy-routing.js'
import { policyScenarios } from './policy-scenarios.js'

/**
 * What a driver must be able to do before it is asked for a change. Exhaustive: a new kind of change doesn't compile until
 * it says here whether a driver may decline it.
 */
export const capabilityNeededBy: Readonly<Record<HostChange['kind'], HostCapability | undefined>> = {
  'create-interface': undefined,
  'remove-interface': undefined,
  'set-private-key': undefined,
  'set-listen-port': undefined,
  'set-mtu': undefined,
  'bring-up': undefined,
  'add-address': undefined,
  'remove-address': undefined,
  'set-peer': undefined,
  'remove-peer': undefined,
  'add-route': undefined,
  'remove-route': undefined,
  'refresh-underlay': undefined,
  'set-firewall': 'filter',
  'change-firewall-set': 'filter',
  'remove-firewall': 'filter',
  'set-forwarding': 'forward',
  'open-foreign-filter': 'filter',
  'close-foreign-filter': 'filter',
  'set-bypass': 'full-tunnel',
  'add-policy-route': 'full-tunnel',
  'remove-policy-route': 'full-tunnel',
  'add-policy-rule': 'full-tunnel',
  'remove-policy-rule': 'full-tunnel',
  'set-names': 'names',
  'set-resolvers': 'names',
}

const [peerA = samplePublicKey(1), peerB = samplePublicKey(2), peerC = samplePublicKey(3)] = samplePeerKeys

const laptop = { prefix: ipPrefix('10.66.0.0/24'), preferredSource: ipAddress('10.66.0.1'), metric: 50 }
const office = { prefix: ipPrefix('10.20.0.0/16'), preferredSource: ipAddress('10.66.0.1'), metric: 50 }
const sixth = { prefix: ipPrefix('fd66::/64'), preferredSource: ipAddress('fd66::1'), metric: 50 }

/** A wanted host without what the driver declares that it can't do. */
export const fitting =
  ({ capabilities }: Pick<HostDriver, 'capabilities'>) =>
  (desired: DesiredHost): DesiredHost => ({
    ...desired,
    firewall: capabilities.filter.supported ? desired.firewall : null,
    forwards: capabilities.forward.supported && desired.forwards,
    policyRouting: capabilities['full-tunnel'].supported ? desired.policyRouting : noPolicyRouting,
    names: capabilities.names.supported ? desired.names : noNames,
  })

/** A host with something of everything that the driver can do: two families, two peers, three routes, a packet filter. */
export function ordinaryHost(publicKey: WireguardPublicKey, driver: Pick<HostDriver, 'capabilities'>): DesiredHost {
  return fitting(driver)(fullHost(publicKey))
}

const ordinaryFirewall: DesiredFirewall = {
  rules: sampleFirewallRules(true, false),
  sets: new Map([
    ['m1', [ipPrefix('10.66.0.0/24'), ipPrefix('fd66::/64')]],
    ['m2', [ipPrefix('10.66.0.2/32'), ipPrefix('10.66.0.128/25'), ipPrefix('fd66::2/128')]],
    ['m3', []],
  ]),
}

const ordinaryLines: readonly NameLine[] = [
  { address: ipAddress('10.66.0.2'), names: ['laptop.home.mesh', 'laptop'] },
  { address: ipAddress('fd66::2'), names: ['laptop.home.mesh', 'laptop'] },
  { address: ipAddress('10.66.0.1'), names: ['own.home.mesh'] },
]

function fullHost(publicKey: WireguardPublicKey): DesiredHost {
  return {
    publicKey,
    listenPort: 51821,
    mtuBytes: 1400,
    addresses: [ipAddress('10.66.0.1'), ipAddress('fd66::1')],
    peers: new Map([
      [
        peerA,
        {
          publicKey: peerA,
          allowedIps: [ipPrefix('10.66.0.2/32'), ipPrefix('fd66::2/128')],
          endpointCandidates: [udpEndpoint('192.0.2.1:51821')],
          keepaliveSeconds: 25,
        },
      ],
      [
        peerB,
        {
          publicKey: peerB,
          allowedIps: [ipPrefix('10.66.0.3/32'), ipPrefix('10.20.0.0/16')],
          endpointCandidates: [udpEndpoint('[2001:db8::1]:51821')],
          keepaliveSeconds: 0,
        },
      ],
    ]),
    routes: [laptop, office, sixth],
    firewall: ordinaryFirewall,
    forwards: true,
    policyRouting: samplePolicyRouting(ipAddress('10.66.0.1'), ipAddress('fd66::1')),
    names: {
      lines: ordinaryLines,
      resolvers: [{ servers: [ipAddress('10.66.0.53')], domains: [everyDomain], isInMesh: true }],
    },
  }
}

/** One change on an ordinary host (`on: 'nothing'`: on one without the interface). */
export interface ChangeScenario {
  readonly name: string
  readonly on: 'ordinary-host' | 'nothing'
  readonly change: HostChange
}

/** Every kind of change at least once, with the cases in which WireGuard or an operating system has a will of its own. */
export function changeScenarios(
  ownKey: WireguardPublicKey,
  otherOwnKey: WireguardPublicKey,
): readonly ChangeScenario[] {
  const onOrdinaryHost = (name: string, change: HostChange): ChangeScenario => ({ name, on: 'ordinary-host', change })
  return [
    {
      name: 'create-interface',
      on: 'nothing',
      change: { kind: 'create-interface', publicKey: ownKey, listenPort: 51821 },
    },
    onOrdinaryHost('remove-interface', { kind: 'remove-interface' }),
    onOrdinaryHost('set-private-key', { kind: 'set-private-key', publicKey: otherOwnKey }),
    onOrdinaryHost('set-listen-port', { kind: 'set-listen-port', listenPort: 51830 }),
    onOrdinaryHost('set-mtu', { kind: 'set-mtu', mtuBytes: 1300 }),
    onOrdinaryHost('bring-up', { kind: 'bring-up' }),
    onOrdinaryHost('add-address IPv4', { kind: 'add-address', address: ipAddress('10.67.0.1') }),
    onOrdinaryHost('add-address IPv6', { kind: 'add-address', address: ipAddress('fd67::1') }),
    onOrdinaryHost('remove-address', { kind: 'remove-address', address: ipAddress('10.67.0.1') }),
    ...peerScenarios().map(([name, change]) => onOrdinaryHost(name, change)),
    onOrdinaryHost('add-route', { kind: 'add-route', route: { ...office, prefix: ipPrefix('10.30.0.0/16') } }),
    onOrdinaryHost('add-route IPv6 without source', {
      kind: 'add-route',
      route: { prefix: ipPrefix('fd20::/48'), preferredSource: null, metric: 100 },
    }),
    onOrdinaryHost('add-route beside one of another metric', { kind: 'add-route', route: { ...office, metric: 60 } }),
    onOrdinaryHost('add-route with another source replaces', {
      kind: 'add-route',
      route: { ...office, preferredSource: null },
    }),
    onOrdinaryHost('add-route IPv6 with another source replaces', {
      kind: 'add-route',
      route: { ...sixth, preferredSource: null },
    }),
    onOrdinaryHost('remove-route', { kind: 'remove-route', route: office }),
    onOrdinaryHost('remove-route IPv6', { kind: 'remove-route', route: sixth }),
    onOrdinaryHost('refresh-underlay', { kind: 'refresh-underlay' }),
    ...firewallScenarios().map(([name, change]) => onOrdinaryHost(name, change)),
    ...nameScenarios().map(([name, change]) => onOrdinaryHost(name, change)),
    ...policyScenarios.map(([name, change]) => onOrdinaryHost(name, change)),
  ]
}

function firewallScenarios(): readonly (readonly [string, HostChange])[] {
  const members = ['10.66.0.2/32', '10.66.1.0/24', 'fd66::/80'].map((text) => ipPrefix(text))
  const sets = new Map([...ordinaryFirewall.sets].filter(([id]) => id !== 'm3'))
  return [
    [
      'set-firewall takes the place of another',
      { kind: 'set-firewall', firewall: { rules: sampleFirewallRules(false, false), sets } },
    ],
    [
      'set-firewall with the same rules puts other members in',
      {
        kind: 'set-firewall',
        firewall: { ...ordinaryFirewall, sets: new Map(ordinaryFirewall.sets).set('m2', members) },
      },
    ],
    [
      'change-firewall-set',
      setChange('m2', {
        add: ['10.66.1.0/24', 'fd66::/80'],
        remove: ['10.66.0.128/25', 'fd66::2/128'],
        members: ['10.66.0.2/32', '10.66.1.0/24', 'fd66::/80'],
      }),
    ],
    [
      'change-firewall-set splits a prefix in two',
      setChange('m1', {
        add: ['10.66.0.0/25', '10.66.0.192/26'],
        remove: ['10.66.0.0/24'],
        members: ['10.66.0.0/25', '10.66.0.192/26', 'fd66::/64'],
      }),
    ],
    [
      'change-firewall-set merges neighbours',
      setChange('m2', {
        add: ['10.66.0.2/31'],
        remove: ['10.66.0.2/32'],
        members: ['10.66.0.2/31', '10.66.0.128/25', 'fd66::2/128'],
      }),
    ],
    [
      'change-firewall-set leaves nobody in it',
      setChange('m2', { add: [], remove: ['10.66.0.2/32', '10.66.0.128/25', 'fd66::2/128'], members: [] }),
    ],
    [
      'change-firewall-set lets the first ones in',
      setChange('m3', { add: ['10.66.3.0/24', 'fd66::3/128'], remove: [], members: ['10.66.3.0/24', 'fd66::3/128'] }),
    ],
    [
      'change-firewall-set fits what somebody else left in it',
      setChange('m3', { add: [], remove: ['10.66.9.0/24'], members: [] }),
    ],
    ['remove-firewall', { kind: 'remove-firewall' }],
    ['set-forwarding IPv4 off again', { kind: 'set-forwarding', family: 4, isOn: false }],
    ['set-forwarding IPv6 off again', { kind: 'set-forwarding', family: 6, isOn: false }],
    ['set-forwarding that is on', { kind: 'set-forwarding', family: 4, isOn: true }],
    ['open-foreign-filter that is none', { kind: 'open-foreign-filter', name: 'inet gone input', listenPort: 51821 }],
    ['close-foreign-filter that is none', { kind: 'close-foreign-filter', name: 'inet gone input' }],
  ]
}

function setChange(
  set: FirewallSetId,
  to: Readonly<Record<'add' | 'remove' | 'members', readonly string[]>>,
): HostChange {
  const firewall = { ...ordinaryFirewall, sets: new Map(ordinaryFirewall.sets).set(set, to.members.map(ipPrefix)) }
  return { kind: 'change-firewall-set', set, add: to.add.map(ipPrefix), remove: to.remove.map(ipPrefix), firewall }
}

function nameScenarios(): readonly (readonly [string, HostChange])[] {
  const everything = (...servers: readonly string[]): HostChange => ({
    kind: 'set-resolvers',
    resolvers: [{ servers: servers.map((server) => ipAddress(server)), domains: [everyDomain] }],
  })
  return [
    ['set-names takes the place of others', { kind: 'set-names', lines: ordinaryLines.slice(1) }],
    [
      'set-names that are many',
      {
        kind: 'set-names',
        lines: Array.from({ length: 500 }, (_, at) => ({
          address: ipAddress(`10.66.${at >> 8}.${at & 255}`),
          names: [`h${at}.home.mesh`, `h${at}`],
        })),
      },
    ],
    ['set-names none', { kind: 'set-names', lines: [] }],
    ['set-resolvers takes the place of others', everything('10.66.0.54', 'fd66::54')],
    ['set-resolvers none', { kind: 'set-resolvers', resolvers: [] }],
  ]
}

function peerScenarios(): readonly (readonly [string, HostChange])[] {
  return [
    ['set-peer makes a peer with nothing', { kind: 'set-peer', publicKey: peerC }],
    [
      'set-peer makes a whole peer',
      {
        kind: 'set-peer',
        publicKey: peerC,
        allowedIps: [ipPrefix('10.66.0.4/32'), ipPrefix('::/0')],
        endpoint: udpEndpoint('198.51.100.3:40000'),
        keepaliveSeconds: 15,
      },
    ],
    [
      'set-peer replaces all allowed IPs',
      { kind: 'set-peer', publicKey: peerB, allowedIps: [ipPrefix('10.66.0.9/32')] },
    ],
    ['set-peer with no allowed IPs', { kind: 'set-peer', publicKey: peerA, allowedIps: [] }],
    ['set-peer takes from another', { kind: 'set-peer', publicKey: peerA, allowedIps: [ipPrefix('10.20.0.0/16')] }],
    [
      'set-peer moves the endpoint',
      { kind: 'set-peer', publicKey: peerA, endpoint: udpEndpoint('[2001:db8::2]:51821') },
    ],
    ['set-peer ends keepalives', { kind: 'set-peer', publicKey: peerA, keepaliveSeconds: 0 }],
    ['remove-peer', { kind: 'remove-peer', publicKey: peerA }],
  ]
}

/** Changes that take away what an ordinary host does not have: successes without effect, there and on a bare host. */
export function emptyRemovals(): readonly HostChange[] {
  return [
    { kind: 'remove-peer', publicKey: peerC },
    { kind: 'remove-address', address: ipAddress('10.99.0.1') },
    { kind: 'remove-address', address: ipAddress('fd99::1') },
    { kind: 'remove-route', route: { ...office, metric: 77 } },
    { kind: 'remove-route', route: { ...office, preferredSource: null } },
    { kind: 'remove-route', route: { ...sixth, prefix: ipPrefix('fd99::/64') } },
  ]
}

/** Changes that need the interface: on a bare host each is an error. */
export function changesThatNeedTheInterface(ownKey: WireguardPublicKey): readonly HostChange[] {
  return [
    { kind: 'set-private-key', publicKey: ownKey },
    { kind: 'set-listen-port', listenPort: 51830 },
    { kind: 'set-mtu', mtuBytes: 1300 },
    { kind: 'bring-up' },
    { kind: 'add-address', address: ipAddress('10.67.0.1') },
    { kind: 'set-peer', publicKey: peerA },
    { kind: 'add-route', route: { ...office, preferredSource: null } },
  ]
}
