import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import type { AddClient } from '../mesh/commands/add-client.js'
import { decide } from '../mesh/decide.js'
import { evolveAll } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshErrorCode } from '../mesh/mesh-error.js'
import type { MeshEventOf } from '../mesh/mesh-event.js'
import { defaultNetworkSettings, emptyMeshState, type MeshState, type NetworkSettings } from '../mesh/mesh-state.js'
import { sampleGatewayCreated } from '../testing/sample-clients.js'
import {
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import {
  sampleAddClient,
  sampleAddPolicy,
  sampleClientKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import {
  clientId,
  egressId,
  hostCapabilities,
  hostId,
  ipAddress,
  ipPrefix,
  type NodeId,
  networkId,
  nodeId,
  policyId,
  udpEndpoint,
} from '../values/index.js'
import { type ClientFile, clientFile, clientQrText, describeClientFileWarning, isClientStale } from './client-file.js'
import { projectNames } from './project-fragments.js'

const gateway1 = nodeId('node-1-1')
const gateway2 = nodeId('node-1-2')
const client1 = clientId('client-1')
const privateKey = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='
const prefixes = (...texts: readonly string[]) => texts.map(ipPrefix)

const after = (state: MeshState, ...commands: readonly MeshCommand[]): MeshState =>
  commands.reduce((before, command) => {
    const decision = decide(command, before)
    if (E.isLeft(decision)) throw new TypeError(`${command.type}: ${decision.left.code}`)
    return evolveAll(before, decision.right)
  }, state)

/** Hosts 1 and 2 are gateways of network 1, host 3 is a node there. */
const mesh = ({
  settings = {},
  network = {},
  endpoints = ['203.0.113.1:51821'],
  internet = [],
}: {
  readonly settings?: Partial<NetworkSettings>
  readonly network?: Parameters<typeof sampleCreateNetwork>[1]
  readonly endpoints?: readonly string[]
  readonly internet?: readonly NodeId[]
} = {}): MeshState => {
  const base = sampleCreateNetwork(1, network)
  const declared = endpoints.map((endpoint) => ({ endpoint: udpEndpoint(endpoint), origin: 'declared' }) as const)
  const state = after(
    emptyMeshState(),
    sampleCreateMesh(),
    { ...base, settings: { ...base.settings, ...settings } },
    sampleRegisterHost(1, { endpoints: declared }),
    sampleRegisterHost(2),
    sampleRegisterHost(3),
    sampleJoinNetwork(1, 1),
    sampleJoinNetwork(1, 2),
    sampleJoinNetwork(1, 3),
  )
  return evolveAll(state, [
    sampleGatewayCreated(1),
    sampleGatewayCreated(2),
    ...internet.map((id) => ({ type: 'InternetGatewayEnabled', atEpochMs: sampleTime, nodeId: id }) as const),
  ])
}

const withClient = (state: MeshState, changes: Partial<AddClient> = {}): MeshState =>
  after(state, sampleAddClient(1, changes))

const withEgress = (
  state: MeshState,
  name: string,
  ranges: readonly string[],
  changes: Partial<MeshEventOf<'EgressAdded'>> = {},
): MeshState =>
  evolveAll(state, [
    {
      type: 'EgressAdded',
      atEpochMs: sampleTime,
      egressId: egressId(name),
      networkId: networkId('net-1'),
      name,
      ranges: prefixes(...ranges),
      virtualRanges: null,
      routers: [{ nodeId: nodeId('node-1-3'), metric: 10, interfaceName: null }],
      nat: true,
      returnRoute: 'none',
      restricted: false,
      fallbackToWider: true,
      ...changes,
    },
  ])

const fileOf = (state: MeshState, options?: Parameters<typeof clientFile>[2]): ClientFile => {
  const file = clientFile(state, client1, options)
  if (E.isLeft(file)) throw new TypeError(file.left.code)
  return file.right
}

const refusalOf = (result: E.Either<{ readonly code: MeshErrorCode }, unknown>): string =>
  E.isLeft(result) ? result.left.code : 'a file'

/** Behind gateway 2, which is an internet gateway: what `cascade` allows. */
const behindInternetGateway = (state: MeshState, routeAllTraffic: boolean): MeshState =>
  evolveAll(state, [
    {
      type: 'RelayAssigned',
      atEpochMs: sampleTime,
      nodeId: gateway1,
      mode: 'manual',
      gatewayIds: [gateway2],
      cause: 'internet-gateway',
    },
    { type: 'RouteAllTrafficSet', atEpochMs: sampleTime, nodeId: gateway1, routeAllTraffic, cause: 'command' },
  ])

/** One folder each in `fixtures/client-files/`. */
const cases: Readonly<Record<string, () => { readonly state: MeshState; readonly key?: string }>> = {
  'split-both-families': () => ({ state: withClient(mesh()), key: privateKey }),
  'ipv4-only-network-dns': () => ({
    state: withClient(
      mesh({
        network: { range6: null },
        settings: { clientDns: [ipAddress('10.1.0.53'), ipAddress('9.9.9.9')], keepaliveSeconds: 0, mtuBytes: 1380 },
      }),
    ),
  }),
  'own-dns-and-scripts': () => ({
    state: withClient(mesh({ settings: { clientDns: [ipAddress('10.1.0.53')] } }), {
      dns: [ipAddress('2001:4860:4860::8888'), ipAddress('8.8.8.8')],
      postUp: ['iptables -A FORWARD -i %i -j ACCEPT', 'echo "up = [yes]"'],
      postDown: ['iptables -D FORWARD -i %i -j ACCEPT'],
    }),
    key: privateKey,
  }),
  'full-tunnel-over-ipv6': () => ({
    state: withClient(mesh({ internet: [gateway1], endpoints: ['[2001:db8::7]:443', '203.0.113.1:443'] }), {
      fullTunnel: true,
      dns: [ipAddress('9.9.9.9')],
    }),
    key: privateKey,
  }),
  'full-tunnel-without-internet': () => ({ state: withClient(mesh(), { fullTunnel: true }) }),
  'cascade-routes-all': () => ({
    state: behindInternetGateway(
      withClient(mesh({ internet: [gateway2], settings: { gatewayBehindInternetGateway: 'cascade' } })),
      true,
    ),
  }),
  'egresses-as-policy-allows': () => {
    const state = [
      ['plant', ['172.16.0.0/16', 'fd99::/48'], {}],
      ['sealed', ['172.17.0.0/16'], { restricted: true }],
      ['opened', ['172.18.0.0/16'], { restricted: true }],
      ['twin', ['192.168.7.0/24'], { virtualRanges: prefixes('100.80.7.0/24') }],
      ['unserved', ['172.30.0.0/16'], { routers: [] }],
    ].reduce(
      (before, [name, ranges, changes]) => withEgress(before, name as string, ranges as [], changes as object),
      mesh(),
    )
    return {
      state: after(
        withClient(state),
        sampleAddPolicy(1, {
          policyId: policyId('policy-1'),
          sources: [{ kind: 'client', clientId: client1 }],
          destinations: [{ kind: 'egress', egressId: egressId('opened') }],
          traffic: [{ protocol: 'tcp', ports: [] }],
        }),
      ),
    }
  },
  'subnet-and-prefixes-of-others': () => ({
    state: after(
      withClient(mesh(), {
        addresses: prefixes('10.1.0.64/28', '10.1.0.9/32'),
        additionalAddresses: prefixes('172.20.0.1/32', '172.21.0.0/24', 'fd88::/64'),
        prefixesBehind: prefixes('192.168.40.0/24'),
      }),
      sampleAddClient(2, {
        prefixesBehind: prefixes('192.168.41.0/24'),
        additionalAddresses: prefixes('172.22.0.9/32'),
      }),
      sampleAddClient(3, { gatewayId: gateway2, prefixesBehind: prefixes('192.168.42.0/24') }),
      sampleAddClient(4, { prefixesBehind: prefixes('192.168.43.0/24') }),
      { type: 'DisableClient', atEpochMs: sampleTime, clientId: clientId('client-4') },
    ),
  }),
  'endpoint-inside-egress': () => ({ state: withClient(withEgress(mesh(), 'cloud', ['203.0.113.0/29'])) }),
  'nat-gateway': () => {
    const routers = [{ nodeId: gateway1, metric: 10, interfaceName: null }]
    const state = withEgress(mesh({ settings: { clientDns: [ipAddress('9.9.9.9')] } }), 'all', ['0.0.0.0/0', '::/0'], {
      routers,
    })
    return { state: withClient(state), key: privateKey }
  },
  'disabled-client': () => ({
    state: after(withClient(mesh()), { type: 'DisableClient', atEpochMs: sampleTime, clientId: client1 }),
  }),
}

describe('B5 the file of a client', () => {
  test.each(Object.keys(cases))('B5 %s', async (name) => {
    const { state, key = null } = cases[name]?.() ?? { state: emptyMeshState() }
    const file = fileOf(state, { privateKey: key })
    const folder = `../../fixtures/client-files/${name}`
    await expect(file.text).toMatchFileSnapshot(`${folder}/client.conf`)
    await expect(`${JSON.stringify(file.warnings)}\n`).toMatchFileSnapshot(`${folder}/warnings.json`)
    for (const warning of file.warnings) expect(describeClientFileWarning(warning)).toMatch(/\.$/)
  })

  test('B5 is refused without an endpoint to connect to, and for unknown clients', () => {
    const state = withClient(mesh({ endpoints: [] }))
    expect(refusalOf(clientFile(state, client1))).toBe('client-gateway-no-endpoint')
    expect(refusalOf(clientFile(state, clientId('nobody')))).toBe('client-unknown')
  })

  test('B5 goes to the declared endpoint first, then to an own public one, then to one that was seen', () => {
    const endpointOf = (
      endpoints: readonly (readonly [string, 'local' | 'observed' | 'declared'])[],
      settings = {},
    ) => {
      const state = after(withClient(mesh({ settings })), {
        type: 'ReportHostEndpoints',
        atEpochMs: sampleTime,
        hostId: hostId('host-1'),
        listenPort: 51821,
        endpoints: endpoints.map(([endpoint, origin]) => ({ endpoint: udpEndpoint(endpoint), origin })),
        localPrefixes: [],
      })
      const file = clientFile(state, client1)
      return E.isLeft(file) ? file.left.code : /^Endpoint = (.*)$/m.exec(file.right.text)?.[1]
    }
    const [lan, own, seen, said] = ['192.168.1.2:51821', '198.51.100.1:51821', '198.51.100.2:7', '198.51.100.3:8']
    const all = [
      [lan, 'local'],
      [seen, 'observed'],
      [own, 'local'],
      [said, 'declared'],
    ] as const
    expect(endpointOf(all)).toBe(said)
    expect(endpointOf(all.slice(0, 3))).toBe(own)
    expect(endpointOf(all.slice(0, 2))).toBe(seen)
    expect(endpointOf(all.slice(0, 1))).toBe('client-gateway-no-endpoint')
    expect(endpointOf(all.slice(0, 1), { privateUnderlay: true })).toBe(lan)
  })

  test('B5 E9 has the range of a site that may begin, since its answers go there', () => {
    const before = withEgress(withClient(mesh()), 'plant', ['172.16.0.0/16'], { restricted: true })
    const state = after(
      before,
      sampleAddPolicy(1, {
        sources: [{ kind: 'egress', egressId: egressId('plant') }],
        destinations: [{ kind: 'client', clientId: client1 }],
        direction: 'one-way',
      }),
    )
    expect(fileOf(before).text).not.toContain('172.16.0.0/16')
    expect(fileOf(state).text).toContain('172.16.0.0/16')
  })

  test('B5 leads all traffic to a NAT gateway only where the gateway passes it on', () => {
    const file = fileOf(withClient(withEgress(mesh(), 'all', ['0.0.0.0/0', '::/0'])))
    expect(file.text).toContain('\nAllowedIPs = 10.1.0.0/24, fd01:0:0:1::/64\n')
    const cascade = mesh({ settings: { gatewayBehindInternetGateway: 'cascade' } })
    expect(fileOf(withClient(withEgress(cascade, 'all', ['0.0.0.0/0', '::/0']))).text).toContain(
      'AllowedIPs = 0.0.0.0/0, ::/0',
    )
  })

  test('B5 D6 follows a gateway that sends everything through an internet gateway, and only then', () => {
    const state = withClient(mesh({ internet: [gateway2], settings: { gatewayBehindInternetGateway: 'cascade' } }), {
      fullTunnel: true,
    })
    expect(fileOf(behindInternetGateway(state, false)).warnings).toEqual(['full-tunnel-unavailable'])
    expect(fileOf(behindInternetGateway(state, true)).text).toContain('AllowedIPs = 0.0.0.0/0, ::/0')
    const refusing = withClient(mesh({ internet: [gateway2] }))
    expect(fileOf(behindInternetGateway(refusing, true)).text).not.toContain('0.0.0.0/0')
  })
})

test("B10 a client has the network's DNS servers, unless it names its own, or none", () => {
  const state = mesh({ settings: { clientDns: [ipAddress('10.1.0.53')] } })
  const dnsOf = (dns?: AddClient['dns']) =>
    /^DNS = (.*)$/m.exec(fileOf(withClient(state, dns === undefined ? {} : { dns })).text)?.[1]
  expect([dnsOf(), dnsOf(null), dnsOf([ipAddress('9.9.9.9')]), dnsOf([])]).toEqual([
    '10.1.0.53',
    '10.1.0.53',
    '9.9.9.9',
    undefined,
  ])
})

describe('B10 D5 without DNS of its network a client asks whom its gateway asks', () => {
  const asks = (number: number, server: string): MeshCommand => ({
    type: 'ReportHostResolvers',
    atEpochMs: sampleTime,
    hostId: hostId(`host-${number}`),
    resolvers: [ipAddress(server)],
  })
  const settings = { ...defaultNetworkSettings, gatewayBehindInternetGateway: 'cascade' } as const
  const exit = after(
    emptyMeshState(),
    sampleCreateMesh(),
    sampleCreateNetwork(1, { settings }),
    ...[1, 2].flatMap((host) => [sampleAbleHost(host), sampleJoinNetwork(1, host)]),
    sampleCreateExit(2),
    asks(1, '192.168.1.1'),
    asks(2, '192.168.2.1'),
  )
  const dnsOf = (state: MeshState) => /^DNS = (.*)$/m.exec(fileOf(state).text)?.[1]
  const withSample = (state: MeshState, gateway: NodeId, changes: Partial<AddClient>) =>
    after(state, sampleAddClient(1, { gatewayId: gateway, ...changes }))

  test('with all its traffic there, and where it names none itself', () => {
    const full = withSample(exit, gateway2, { fullTunnel: true })
    expect([dnsOf(full), fileOf(full).warnings]).toEqual(['192.168.2.1', []])
    expect(dnsOf(withSample(exit, gateway2, { fullTunnel: false }))).toBeUndefined()
    expect(dnsOf(withSample(exit, gateway2, { fullTunnel: true, dns: [] }))).toBeUndefined()
  })

  test('or where that leaves, and its file is stale when the gateway asks others', () => {
    const cascade = after(exit, sampleCreateGateway(1), sampleAssignRelay(1, 2), sampleRouteAll(1))
    const state = withSample(cascade, gateway1, { fullTunnel: false })
    expect(dnsOf(state)).toBe('192.168.2.1')
    const { hash } = fileOf(state)
    const issued = after(state, { type: 'RecordClientConfig', atEpochMs: sampleTime, clientId: client1, hash })
    expect([isClientStale(issued, client1), isClientStale(after(issued, asks(2, '9.9.9.9')), client1)]).toEqual([
      false,
      true,
    ])
  })
})

test("B12 the commands suffice for a VPN in one go: network, internet gateway on this machine, five clients' files", () => {
  const { settings, ...network } = sampleCreateNetwork(1)
  const state = after(
    emptyMeshState(),
    sampleCreateMesh(),
    { ...network, settings: { ...settings, clientDns: [ipAddress('9.9.9.9')] } },
    sampleRegisterHost(1, {
      endpoints: [{ endpoint: udpEndpoint('203.0.113.1:51821'), origin: 'declared' }],
      capabilities: hostCapabilities,
    }),
    sampleJoinNetwork(1, 1),
    { type: 'CreateGateway', atEpochMs: sampleTime, nodeId: gateway1, internet: {} },
    ...[1, 2, 3, 4, 5].map((number) => sampleAddClient(number, { fullTunnel: true })),
  )
  for (const number of [1, 2, 3, 4, 5]) {
    const file = clientFile(state, clientId(`client-${number}`), { privateKey })
    expect(E.isRight(file) && file.right.warnings).toEqual([])
    expect(E.isRight(file) && file.right.text).toContain(`Address = 10.1.0.${255 - number}/32`)
    expect(E.isRight(file) && file.right.text).toContain('AllowedIPs = 0.0.0.0/0, ::/0')
  }
})

test('G8 an enabled client has a name, for its first single addresses', () => {
  const named = (state: MeshState) =>
    projectNames(state, networkId('net-1'))?.entries.find((e) => e.memberId === client1)
  const state = withClient(mesh(), { addresses: prefixes('10.1.0.64/28', '10.1.0.9/32', '10.1.0.10/32') })
  expect(named(state)).toEqual({
    memberId: client1,
    name: 'device-1',
    address4: '10.1.0.9',
    address6: 'fd01::1:ffff:ffff:ffff:ff7f',
  })
  const disabled = after(state, { type: 'DisableClient', atEpochMs: sampleTime, clientId: client1 })
  expect(named(disabled)).toBeUndefined()
})

describe('B5 the QR code', () => {
  const state = withClient(mesh(), { postUp: ['echo up'], postDown: ['echo down'] })

  test('B5 B8 leaves PostUp and PostDown out, and needs the private key', () => {
    const text = clientQrText(state, client1, { privateKey })
    const whole = fileOf(state, { privateKey }).text
    expect(text).toEqual(E.right(whole.replace('PostUp = echo up\nPostDown = echo down\n', '')))
    expect(refusalOf(clientQrText(state, client1, {}))).toBe('client-key-not-held')
    expect(refusalOf(clientQrText(state, clientId('nobody'), { privateKey }))).toBe('client-unknown')
  })

  test('B8 what is no private key never gets into a file, nor into a refusal', () => {
    for (const bad of ['', 'short', `${privateKey}\nPostUp = echo owned`, privateKey.replace('=', ' ')]) {
      const refused = [
        clientFile(state, client1, { privateKey: bad }),
        clientQrText(state, client1, { privateKey: bad }),
      ]
      expect(refused.map(refusalOf)).toEqual(['client-private-key-malformed', 'client-private-key-malformed'])
      if (bad !== '') expect(JSON.stringify(refused)).not.toContain(bad)
    }
  })
})

describe('B6 a stale file', () => {
  const issue = (state: MeshState): MeshState =>
    after(state, { type: 'RecordClientConfig', atEpochMs: sampleTime, clientId: client1, hash: fileOf(state).hash })
  const issued = issue(withClient(mesh(), { dns: [ipAddress('9.9.9.9')] }))

  test('B6 is known by its hash, in which the private key is not, but which key it is', () => {
    expect(fileOf(issued, { privateKey }).hash).toBe(fileOf(issued).hash)
    expect(fileOf(issued).hash).toMatch(/^[0-9a-f]{16}$/)
    expect(isClientStale(issued, client1)).toBe(false)
    const other = after(issued, {
      type: 'UpdateClient',
      atEpochMs: sampleTime,
      clientId: client1,
      publicKey: sampleClientKey(9),
    })
    expect(isClientStale(other, client1)).toBe(true)
  })

  test('B6 is one that would differ now, until the new one is handed out', () => {
    const moved = after(issued, { type: 'MoveClient', atEpochMs: sampleTime, clientId: client1, gatewayId: gateway2 })
    const staleAfter = [
      moved,
      withEgress(issued, 'plant', ['172.16.0.0/16']),
      after(issued, sampleAddClient(2, { prefixesBehind: prefixes('192.168.41.0/24') })),
      after(issued, {
        type: 'UpdateNetwork',
        atEpochMs: sampleTime,
        networkId: networkId('net-1'),
        settings: { mtuBytes: 1300 },
      }),
      after(issued, {
        type: 'ReportHostEndpoints',
        atEpochMs: sampleTime,
        hostId: hostId('host-1'),
        listenPort: 51821,
        endpoints: [],
        localPrefixes: [],
      }),
    ]
    expect(staleAfter.map((state) => isClientStale(state, client1))).toEqual(staleAfter.map(() => true))
    expect(isClientStale(issue(moved), client1)).toBe(false)
  })

  test('B6 is not one whose client was never given one, or where nothing of it changed', () => {
    expect(isClientStale(withClient(mesh()), client1)).toBe(false)
    expect(isClientStale(issued, clientId('nobody'))).toBe(false)
    const same = after(
      issued,
      sampleAddClient(2),
      { type: 'DisableClient', atEpochMs: sampleTime, clientId: client1 },
      { type: 'RemoveNode', atEpochMs: sampleTime, nodeId: nodeId('node-1-3') },
    )
    expect(isClientStale(same, client1)).toBe(false)
  })
})
