/** A router that maps its LAN to a virtual range, and whose LAN is called like that of another router. */
import { type IpPrefix, ipAddress, ipPrefix, largeMapGet, mapAddress, nodeId, udpEndpoint } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { sampleAssignRelay, sampleCreateGateway } from '../../../core/src/testing/sample-gateways.js'
import {
  sampleAddEgress,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../../../core/src/testing/sample-mesh.js'
import { answerOn, knock, Lab } from '../../../lab/src/index.js'
import { type HostKind, RealMesh } from './real-mesh.js'

/** Registers the test, on hosts of a kind. */
export function mappedLanCases(kind: HostKind): void {
  describe('E7 E8 a gateway whose LAN is called like the range of another router, and that maps its own to a virtual one', () => {
    const plan = { network: '192.168.1', network6: 'fd0a:0:0:1' }
    const real = ['192.168.1.0/24', 'fd0a:0:0:1::/64'].map(ipPrefix)
    const virtual = ['100.64.7.0/24', 'fd64:0:0:7::/64'].map(ipPrefix)

    /** A router's LAN with a machine that answers on one port. */
    async function siteAt(lab: Lab, { host }: RealMesh['hosts'][number], name: string, port: number) {
      const lan = await lab.lan(`${name}-lan`, plan)
      const [machine] = await lab.hosts([name])
      const [router] = await lan.attach([host], 'eth1')
      const [place] = await lan.attach([machine])
      await machine.ip([`route add default via ${router?.ipv4}`, `route add default via ${router?.ipv6}`])
      await answerOn(machine, { ports: [port] })
      return { machine, addresses: [place?.ipv4 ?? '', place?.ipv6 ?? ''].map(ipAddress) }
    }

    test('leads to the other by the real range, to its own LAN by the virtual one, and lets answers and questions back through', async () => {
      await using lab = await Lab.open()
      await using mesh = await RealMesh.open(lab, 3, kind)
      const [gateway, relayed, other] = mesh.hosts
      if (gateway === undefined || relayed === undefined || other === undefined) throw new TypeError('three hosts')
      const here = await siteAt(lab, gateway, 'here', 80)
      const there = await siteAt(lab, other, 'there', 443)
      const endpoint = udpEndpoint(`${lab.inet.uplink(gateway.host).address.ipv4}:51821`)
      const router = (host: number) => [{ nodeId: nodeId(`node-1-${host}`), interfaceName: 'eth1' }]
      const state = await mesh.become(
        {
          type: 'ReportHostEndpoints',
          atEpochMs: sampleTime,
          hostId: gateway.hostId,
          listenPort: 51_821,
          endpoints: [{ endpoint, origin: 'declared' }],
          localPrefixes: real,
        },
        sampleCreateNetwork(1),
        ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
        sampleCreateGateway(1),
        sampleAssignRelay(2, 1),
        sampleAddEgress(1, { ranges: real, nat: false, returnRoute: 'external', routers: router(3) }),
        sampleAddEgress(2, {
          ranges: real,
          virtualRanges: virtual,
          nat: false,
          returnRoute: 'external',
          routers: router(1),
        }),
      )
      const mapped = here.addresses.map((address, at) =>
        mapAddress(address, real[at] as IpPrefix, virtual[at] as IpPrefix),
      )
      const verdicts = await mesh.knockAt(state, relayed, [...there.addresses, ...mapped])
      const delivered = verdicts.filter(({ traced }) => traced.kind === 'delivered')
      const passed = delivered.filter((each) => each.passed)
      expect(new Set(delivered.map(({ destination }) => destination))).toEqual(new Set([...there.addresses, ...mapped]))
      // Each site answers on a port of its own.
      expect(
        passed.map(({ destination, traffic }) => `${destination} ${traffic.protocol} ${traffic.port}`).sort(),
      ).toEqual(
        [there.addresses.map((each) => [each, 443]), mapped.map((each) => [each, 80])]
          .flat()
          .flatMap(([each, port]) => [`${each} tcp ${port}`, `${each} udp ${port}`])
          .sort(),
      )
      const node = largeMapGet(state.nodes, nodeId('node-1-2'))
      const back = [node?.address4, node?.address6].flatMap((each) => each ?? [])
      for (const machine of [here.machine, there.machine])
        expect(
          await knock(
            machine,
            back.map((to) => ({ from: null, to, protocol: 'tcp' as const, port: 80 })),
          ),
        ).toEqual([true, true])
    })
  })
}
