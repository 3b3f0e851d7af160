import { ipAddress, ipPrefix, noNamesFound, type UnderlayAddress } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { ownResolvers, withoutResolvers } from './own-resolvers.js'

const lan: UnderlayAddress = {
  interfaceName: 'eth0',
  address: ipAddress('192.168.1.10'),
  connectedPrefix: ipPrefix('192.168.1.0/24'),
}
const ranges = [ipPrefix('10.66.0.0/16'), ipPrefix('198.19.0.0/16')]
const gateway = { own: { memberships: [{ isInternetGateway: true }] }, ranges }
const told = (servers: readonly string[], config: object = gateway) =>
  ownResolvers(
    { names: { ...noNamesFound, elsewhere: servers.map(ipAddress) }, underlayAddresses: [lan] },
    config as unknown as Parameters<typeof ownResolvers>[1],
  )

describe('D5 whom a host asks for names', () => {
  test('is told in order, each once and three at most', () => {
    const many = ['192.168.1.1', '9.9.9.9', '192.168.1.1', '2620:fe::fe', '1.1.1.1']
    expect(told(many)).toEqual(['192.168.1.1', '9.9.9.9', '2620:fe::fe'])
  })

  test.each([
    ['a resolver of its own', '127.0.0.53'],
    ['one of its own at an address of a LAN', '192.168.1.10'],
    ['one that only a link has', '169.254.1.1'],
    ['one in the mesh', '10.66.0.53'],
    ['a control address', '198.19.0.7'],
  ])('is not told where it is %s', (_, server) => {
    expect(told([server, '9.9.9.9'])).toEqual(['9.9.9.9'])
  })

  test('is told by internet gateways alone', () => {
    const plain = { ...gateway, own: { memberships: [{ isInternetGateway: false }] } }
    expect(told(['9.9.9.9'], plain)).toEqual([])
    expect(ownResolvers({ names: noNamesFound, underlayAddresses: [] }, undefined)).toEqual([])
  })
})

describe('D5 where an internet gateway knows nobody for others to ask', () => {
  const demo = { networkId: 'net-1', name: 'demo' }
  const office = { networkId: 'net-2', name: 'office' }
  const leads = { networkId: 'net-1', isInternetGateway: true }
  const without = (config: object, servers: readonly string[] = ['127.0.0.1']) =>
    withoutResolvers({ names: { ...noNamesFound, elsewhere: servers.map(ipAddress) }, underlayAddresses: [lan] }, {
      ranges,
      networks: [demo, office],
      dns: [],
      own: { memberships: [leads] },
      ...config,
    } as unknown as Parameters<typeof withoutResolvers>[1])

  test.each([[['127.0.0.1']], [['192.168.1.10']], [[]]])(
    'it is told of its network, with the way out: %s',
    (servers) => {
      expect(without({}, servers)).toEqual([expect.stringMatching(/in demo .*: meshfold network update demo --dns /)])
    },
  )

  test('nothing is told where one is known, or the network has DNS', () => {
    expect(without({}, ['127.0.0.1', '9.9.9.9'])).toEqual([])
    expect(without({ dns: [{ networkId: 'net-1', servers: ['10.66.0.1'] }] })).toEqual([])
    expect(without({ dns: [{ networkId: 'net-1', servers: [] }] })).toHaveLength(1)
  })

  test('nothing is told of a network that it does not lead to the internet', () => {
    expect(without({ own: { memberships: [{ ...leads, isInternetGateway: false }] } })).toEqual([])
    const both = { memberships: [leads, { networkId: 'net-2', isInternetGateway: false }] }
    expect(without({ own: both })).toHaveLength(1)
  })
})
