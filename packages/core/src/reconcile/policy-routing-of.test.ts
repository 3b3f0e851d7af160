/** What of a host's traffic goes into the mesh, and what stays outside. */
import { describe, expect, test } from 'vitest'
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostCapabilities, hostId, ipAddress, ipPrefix, nodeId, udpEndpoint } from '../values/index.js'
import { desiredHostOf } from './desired-host-of.js'
import { firewallOf } from './firewall-of.js'
import { type OutsideFlow, policyRouteIdentity, policyRuleIdentity } from './policy-routing.js'
import { policyRoutingOf } from './policy-routing-of.js'

const localPrefixes = [ipPrefix('192.168.7.0/24')]
const joined: readonly MeshCommand[] = [
  sampleCreateMesh(),
  sampleCreateNetwork(),
  sampleAbleHost(1),
  sampleAbleHost(2, { capabilities: hostCapabilities, localPrefixes }),
  sampleAbleHost(3),
  ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
]
/** Host 1 is an internet gateway, host 2 uses it. */
const setUp: readonly MeshCommand[] = [...joined, sampleCreateExit(1), sampleAssignRelay(2, 1)]

/** The same without a full tunnel at host 2. */
const lacking = joined.map(
  (command): MeshCommand =>
    command.type === 'RegisterHost' && command.hostId === hostId('host-2')
      ? { ...command, capabilities: hostCapabilities.filter((each) => each !== 'full-tunnel') }
      : command,
)

const server: OutsideFlow = { protocol: 'tcp', address: ipAddress('203.0.113.80'), port: 443 }

const traits = (fields: object) =>
  ({ type: 'UpdateNodeTraits', atEpochMs: sampleTime, nodeId: nodeId('node-1-2'), ...fields }) as MeshCommand

const configOf = (commands: readonly MeshCommand[], before: readonly MeshCommand[]) => {
  const config = projectHostConfig(replay(eventsOf(...before, ...commands)), hostId('host-2'))
  if (config === undefined) throw new TypeError('host 2 has no config')
  return config
}

const routingOf = (commands: readonly MeshCommand[], health: HealthView = new Map(), before = setUp) => {
  const config = configOf(commands, before)
  const { isBypassed, routes, rules } = policyRoutingOf(config, choosePaths(config, health, new Map(), undefined), [
    server,
  ])
  return { isBypassed, routes: routes.map(policyRouteIdentity).sort(), rules: rules.map(policyRuleIdentity) }
}

describe('D5 a full tunnel', () => {
  test('takes both families, refuses what it can not carry, and leaves the server, DHCP and the own network outside', () => {
    expect(routingOf([sampleRouteAll(2)])).toEqual({
      isBypassed: true,
      routes: [
        'tunnel 0.0.0.0/0 mesh 10.1.0.2',
        'tunnel 0.0.0.0/0 nowhere -',
        'tunnel 192.168.7.0/24 outside -',
        'tunnel ::/0 mesh fd01:0:0:1::2',
        'tunnel ::/0 nowhere -',
      ],
      rules: [
        ...['4 bypass', '4 outside-flow tcp 203.0.113.80 443', '4 outside-flow udp any 67', '4 own-routes'],
        ...['4 everything', '6 bypass', '6 outside-flow udp any 547', '6 own-routes', '6 everything'],
      ],
    })
  })

  test('takes the local network along, where the node wants that', () => {
    const { routes, rules } = routingOf([sampleRouteAll(2), traits({ tunnel: { localNetwork: 'inside' } })])
    expect(routes).toContain('tunnel 192.168.7.0/24 mesh 10.1.0.2')
    expect(routes).toContain('tunnel 192.168.7.0/24 nowhere -')
    expect(rules).toContain('4 before-own-routes')
  })

  test('D4 is none in split tunnel', () => {
    expect(routingOf([])).toEqual({ isBypassed: false, routes: [], rules: [] })
  })

  test('E10 leaves ranges outside that the host routes itself', () => {
    const routes = sampleAddEgress(1, {
      ranges: [ipPrefix('172.30.0.0/16')],
      routers: [{ nodeId: nodeId('node-1-2') }],
    })
    expect(routingOf([sampleRouteAll(2), routes]).routes).toContain('tunnel 172.30.0.0/16 outside -')
  })

  test('that fails open is none while no gateway is there, and one that fails closed stays', () => {
    const gone: HealthView = new Map([[hostId('host-1'), { state: 'down', roundTripMs: null }]])
    const open = [sampleRouteAll(2), traits({ tunnel: { whenGatewayGone: 'allow' } })]
    expect(routingOf(open).routes).not.toContain('tunnel 0.0.0.0/0 nowhere -')
    expect(routingOf(open).rules).toContain('4 everything')
    expect(routingOf(open, gone)).toEqual({ isBypassed: false, routes: [], rules: [] })
    expect(routingOf([sampleRouteAll(2)], gone).rules).toContain('4 everything')
  })
})

describe('E5 a range around the underlay', () => {
  const range = (...ranges: readonly string[]) =>
    sampleAddEgress(1, { ranges: ranges.map(ipPrefix), routers: [{ nodeId: nodeId('node-1-3') }] })
  const at = (number: number, endpoint: string, origin: 'local' | 'declared'): MeshCommand => ({
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: hostId(`host-${number}`),
    listenPort: 51_821,
    endpoints: [{ endpoint: udpEndpoint(endpoint), origin }],
    localPrefixes: [],
  })
  const ownRoutes = (commands: readonly MeshCommand[], before = joined) => {
    const config = configOf(commands, before)
    const desired = desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined), [server])
    return desired.routes.map(({ prefix }) => prefix)
  }
  const routed = (...commands: readonly MeshCommand[]) => routingOf(commands, new Map(), joined)
  const none = { isBypassed: false, routes: [], rules: [] }

  test('stands in a table of its own, which WireGuard and the server pass by, and longer own routes go before it', () => {
    expect(routed(at(3, '10.20.0.7:51821', 'local'), range('10.0.0.0/8'))).toEqual({
      isBypassed: true,
      routes: ['tunnel 10.0.0.0/8 mesh 10.1.0.2'],
      rules: [
        ...['4 mapped', '4 own-bypass', '4 outside-flow tcp 203.0.113.80 443', '4 outside-flow udp any 67'],
        ...['4 longer-own-routes 10.0.0.0/8 8', '4 before-own-routes'],
      ],
    })
    expect(ownRoutes([at(3, '10.20.0.7:51821', 'local'), range('10.0.0.0/8')])).not.toContain('10.0.0.0/8')
  })

  test('is one of IPv6 too, and what is around nobody stays among the own routes', () => {
    const commands = [at(3, '[fd50::7]:51821', 'local'), range('fd50::/32', 'fd51::/32', '10.9.0.0/16')]
    expect(routed(...commands).routes).toEqual(['tunnel fd50::/32 mesh fd01:0:0:1::2'])
    expect(routed(...commands).rules).toContain('6 own-bypass')
    expect(ownRoutes(commands)).toEqual(expect.arrayContaining(['fd51::/32', '10.9.0.0/16']))
    expect(ownRoutes(commands)).not.toContain('fd50::/32')
  })

  test('is every one on the internet, one around the own LAN, and one around the server', () => {
    expect(routed(range('198.51.100.0/24', '2001:db8:51::/64')).routes).toEqual([
      'tunnel 198.51.100.0/24 mesh 10.1.0.2',
      'tunnel 2001:db8:51::/64 mesh fd01:0:0:1::2',
    ])
    expect(routed(range('192.168.0.0/16')).routes).toEqual(['tunnel 192.168.0.0/16 mesh 10.1.0.2'])
    const config = configOf([range('172.30.0.0/16')], joined)
    const chosen = choosePaths(config, new Map(), new Map(), undefined)
    const inside: OutsideFlow = { ...server, address: ipAddress('172.30.0.80') }
    expect(policyRoutingOf(config, chosen, [server])).toEqual(none)
    expect(policyRoutingOf(config, chosen, [inside]).routes.map(({ prefix }) => prefix)).toEqual(['172.30.0.0/16'])
  })

  test('is none around the LAN of a peer that is known elsewhere: from here that is reached through it', () => {
    const both = [at(3, '172.30.0.1:51821', 'local')].map(
      (command): MeshCommand =>
        command.type === 'ReportHostEndpoints'
          ? {
              ...command,
              endpoints: [{ endpoint: udpEndpoint('203.0.113.3:51821'), origin: 'observed' }, ...command.endpoints],
            }
          : command,
    )
    expect(routed(...both, range('172.30.0.0/16'))).toEqual(none)
    expect(routed(at(3, '172.30.0.1:51821', 'local'), range('172.30.0.0/16'))).not.toEqual(none)
  })

  test('yields by its own length alone where one lies in another, or beside a full tunnel', () => {
    const nested = routed(range('198.51.0.0/16', '198.51.100.0/24')).rules
    expect(nested).toContain('4 longer-own-routes 198.51.100.0/24 24')
    expect(nested).toContain('4 longer-own-routes 198.51.128.0/17 16')
    expect(nested).not.toContain('4 longer-own-routes 198.51.0.0/16 16')
    const { routes, rules } = routingOf([sampleRouteAll(2), range('192.168.0.0/16')])
    expect(routes).toContain('tunnel 192.168.0.0/16 mesh 10.1.0.2')
    expect(rules.filter((rule) => rule.startsWith('4 '))).toEqual([
      ...['4 mapped', '4 bypass', '4 outside-flow tcp 203.0.113.80 443', '4 outside-flow udp any 67'],
      ...['4 longer-own-routes 192.168.0.0/16 16', '4 before-own-routes', '4 own-routes', '4 everything'],
    ])
    const inside = [sampleRouteAll(2), range('192.168.0.0/16'), traits({ tunnel: { localNetwork: 'inside' } })]
    expect(routingOf(inside).rules).not.toContain('4 longer-own-routes 192.168.0.0/16 16')
    expect(routingOf(inside).rules).toContain('4 longer-own-routes 192.168.128.0/17 16')
  })

  test('is in the way of the real addresses of a virtual one for nobody else', () => {
    const virtual = sampleAddEgress(1, {
      ranges: [ipPrefix('10.20.0.0/16')],
      virtualRanges: [ipPrefix('100.64.0.0/16')],
      routers: [{ nodeId: nodeId('node-1-3') }],
    })
    expect(routed(at(3, '10.20.0.7:51821', 'local'), virtual)).toEqual(none)
  })

  test('is around the gateway of a relayed node as well', () => {
    const place = at(1, '10.20.0.1:51821', 'declared')
    const relayed = [...joined, sampleCreateGateway(1), sampleAssignRelay(2, 1), place]
    const { routes, rules } = routingOf([range('10.20.0.0/16')], new Map(), relayed)
    expect(routes).toEqual(['tunnel 10.20.0.0/16 mesh 10.1.0.2'])
    expect(rules).toContain('4 own-bypass')
  })

  test('is not routed at all by a host that can not tell packets apart', () => {
    expect(routingOf([range('198.51.100.0/24')], new Map(), lacking)).toEqual(none)
    expect(ownRoutes([range('198.51.100.0/24')], lacking)).not.toContain('198.51.100.0/24')
    expect(configOf([range('198.51.100.0/24')], lacking).refused).toContainEqual({
      part: 'egress',
      capability: 'full-tunnel',
      reason:
        '198.51.100.0/24 is not used: an endpoint may lie there, and the driver can not keep the packets of the tunnel out of it.',
    })
  })
})

describe('E10 a range of the host itself in a wider one of another', () => {
  const own = (fields: object = {}) =>
    sampleAddEgress(2, { ranges: [ipPrefix('172.30.5.0/24')], routers: [{ nodeId: nodeId('node-1-2') }], ...fields })
  const wider = sampleAddEgress(1, { ranges: [ipPrefix('172.30.0.0/16')], routers: [{ nodeId: nodeId('node-1-3') }] })
  const routed = (...commands: readonly MeshCommand[]) => routingOf(commands, new Map(), joined)

  test('is reached by its own links, though no LAN of its own has it', () => {
    const { routes, rules } = routed(own(), wider)
    expect(routes).toEqual(['tunnel 172.30.0.0/16 mesh 10.1.0.2', 'tunnel 172.30.5.0/24 outside -'])
    expect(rules).toContain('4 longer-own-routes 172.30.0.0/16 16')
    expect(rules.at(-1)).toBe('4 before-own-routes')
    expect(routed(wider).routes).toEqual([])
  })

  test('is whose the mesh says it is for what is passed on, where it is mapped', () => {
    const virtualRanges = [ipPrefix('10.99.5.0/24')]
    expect(routed(own({ virtualRanges }), wider).routes).toEqual([
      'forwarded 172.30.5.0/24 mesh -',
      'tunnel 172.30.0.0/16 mesh 10.1.0.2',
      'tunnel 172.30.5.0/24 outside -',
    ])
  })

  test('keeps the wider one from being used where the driver has no tables of its own', () => {
    expect(routingOf([own(), wider], new Map(), lacking).routes).toEqual([])
    expect(configOf([own(), wider], lacking).refused).toContainEqual({
      part: 'egress',
      capability: 'full-tunnel',
      reason:
        '172.30.0.0/16 is not used: this host routes a part of it itself, and the driver can not keep the packets for that out of the tunnel.',
    })
  })
})

describe('E7 a range that the own LAN has', () => {
  const range = (...ranges: readonly string[]) =>
    sampleAddEgress(1, { ranges: ranges.map(ipPrefix), routers: [{ nodeId: nodeId('node-1-3') }] })

  test('leads into the mesh for what is passed on for others, and for nothing else', () => {
    expect(routingOf([range('192.168.7.0/24')])).toEqual({
      isBypassed: false,
      routes: ['forwarded 192.168.7.0/24 mesh -'],
      rules: ['4 mapped', '4 forwarded'],
    })
  })

  test('leads into the mesh for everything, where the node prefers that', () => {
    const preferring = routingOf([range('192.168.7.0/24'), traits({ ownLan: 'mesh' })])
    expect(preferring.routes).toEqual(['tunnel 192.168.7.0/24 mesh 10.1.0.2'])
    expect(preferring.rules.slice(-1)).toEqual(['4 before-own-routes'])
    expect(preferring.isBypassed).toBe(true)
  })

  test('leads into the mesh in full tunnel too, where the node prefers that, though its local network stays outside', () => {
    const { routes } = routingOf([range('192.168.7.0/24'), traits({ ownLan: 'mesh' }), sampleRouteAll(2)])
    expect(routes).toContain('tunnel 192.168.7.0/24 mesh 10.1.0.2')
    expect(routes).not.toContain('tunnel 192.168.7.0/24 outside -')
  })

  test('is not taken from the own LAN by a driver without tables of its own, whatever the node prefers', () => {
    const preferring = [range('192.168.7.0/24'), traits({ ownLan: 'mesh' })]
    expect(routingOf(preferring, new Map(), lacking).routes).toEqual([])
  })
})

describe('E7 E8 a range that the own LAN has and that this host maps to a virtual one', () => {
  const own = (number: number, real: string, virtual: string) =>
    sampleAddEgress(number, {
      ranges: [ipPrefix(real)],
      virtualRanges: [ipPrefix(virtual)],
      routers: [{ nodeId: nodeId('node-1-2') }],
    })
  const elsewhere = (range: string) =>
    sampleAddEgress(1, { ranges: [ipPrefix(range)], routers: [{ nodeId: nodeId('node-1-3') }] })

  test('leads into the mesh by its own addresses for what is passed on, and to the LAN by the virtual ones', () => {
    expect(routingOf([elsewhere('192.168.7.0/24'), own(2, '192.168.7.0/24', '10.99.7.0/24')])).toEqual({
      isBypassed: false,
      routes: ['forwarded 192.168.7.0/24 mesh -'],
      rules: ['4 mapped', '4 forwarded'],
    })
  })

  test('is told apart only where something leads elsewhere', () => {
    expect(routingOf([own(2, '192.168.7.0/24', '10.99.7.0/24')]).rules).toEqual([])
  })
})

describe('E6 a range that this gateway stands by for', () => {
  const gateway = [...joined, sampleCreateGateway(2)]
  const gone: HealthView = new Map([[hostId('host-3'), { state: 'down', roundTripMs: null }]])
  const range = (nat: boolean, virtualRanges: readonly string[] | null = null) =>
    sampleAddEgress(1, {
      ranges: [ipPrefix('192.168.7.0/24')],
      virtualRanges: virtualRanges?.map(ipPrefix) ?? null,
      nat,
      returnRoute: nat ? 'none' : 'external',
      routers: [3, 2].map((host, at) => ({ nodeId: nodeId(`node-1-${host}`), metric: 10 + at })),
    })

  test('leads to the active router for what is passed on for others, where it keeps its sources', () => {
    expect(routingOf([range(false)], new Map(), gateway)).toEqual({
      isBypassed: false,
      routes: ['forwarded 192.168.7.0/24 mesh -'],
      rules: ['4 mapped', '4 forwarded'],
    })
  })

  test('E8 does so by its virtual addresses, where it has some', () => {
    const virtual = ['10.99.7.0/24']
    expect(routingOf([range(false, virtual)], new Map(), gateway)).toEqual({
      isBypassed: false,
      routes: ['forwarded 10.99.7.0/24 mesh -'],
      rules: ['4 mapped', '4 forwarded'],
    })
    expect(routingOf([range(true, virtual)], new Map(), gateway).routes).toEqual([])
    const natOf = (nat: boolean, health: HealthView) => {
      const config = configOf([range(nat, virtual)], gateway)
      const rules = firewallOf(config, choosePaths(config, health, new Map(), undefined))?.rules.nat
      return rules?.map(({ kind }) => kind)
    }
    expect(natOf(false, new Map())).toEqual([])
    expect(natOf(false, gone)).toEqual(['prefix-map'])
    expect(natOf(true, new Map())).toEqual(['prefix-map', 'masquerade'])
  })

  test('leads to the own LAN once the host is the active one, and with NAT always', () => {
    expect(routingOf([range(false)], gone, gateway).routes).toEqual([])
    expect(routingOf([range(true)], new Map(), gateway).routes).toEqual([])
  })
})
