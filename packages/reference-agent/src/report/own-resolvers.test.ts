import { ipAddress, ipPrefix, noNamesFound, type UnderlayAddress } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { ownResolvers } from './own-resolvers.js'

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
