import { ipAddress, ipPrefix, type UdpEndpoint, type UnderlayAddress, udpEndpoint } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { type EndpointRules, ownEndpoints } from './own-endpoints.js'

const rules: EndpointRules = {
  listenPort: 51_821,
  declaredEndpoints: [],
  excludedPrefixes: [],
  meshPrefixes: [ipPrefix('10.66.0.0/16'), ipPrefix('198.19.0.0/16')],
  seenAt: [],
}
const lan: UnderlayAddress = {
  interfaceName: 'eth0',
  address: ipAddress('192.168.1.10'),
  connectedPrefix: ipPrefix('192.168.1.0/24'),
}
const told = (seenAt: readonly UdpEndpoint[], more: Partial<EndpointRules> = {}) =>
  ownEndpoints([lan], { ...rules, ...more, seenAt }).map(({ endpoint, origin }) => `${endpoint} ${origin}`)

describe('A7 what a host tells of where others see it', () => {
  test('comes after what its operator declared, and before addresses of a LAN', () => {
    const declaredEndpoints = [udpEndpoint('198.51.100.9:4000')]
    expect(told([udpEndpoint('203.0.113.7:40001')], { declaredEndpoints })).toEqual([
      '198.51.100.9:4000 declared',
      '203.0.113.7:40001 observed',
      '192.168.1.10:51821 local',
    ])
  })

  test.each([
    ['a loopback address', '127.0.0.1:51821'],
    ['a multicast address', '224.0.0.1:51821'],
    ['a link-local address', '169.254.1.1:51821'],
    ['broadcast', '255.255.255.255:9'],
    ['an address of the mesh', '10.66.0.7:51821'],
    ['a control address', '198.19.4.4:51821'],
    ['an own address, which is nothing new', '192.168.1.10:51821'],
    ['an own address with another port', '192.168.1.10:40001'],
  ])('is not %s, whatever a peer says', (_, endpoint) => {
    expect(told([udpEndpoint(endpoint)])).toEqual(['192.168.1.10:51821 local'])
  })

  test('is nothing that its operator excludes', () => {
    const excludedPrefixes = [ipPrefix('203.0.113.0/24')]
    expect(told([udpEndpoint('203.0.113.7:40001')], { excludedPrefixes })).toEqual(['192.168.1.10:51821 local'])
  })

  test('is never crowded out by addresses of a LAN', () => {
    const many = Array.from({ length: 12 }, (_, number) => ({ ...lan, address: ipAddress(`192.168.1.${number + 20}`) }))
    const endpoints = ownEndpoints(many, { ...rules, seenAt: [udpEndpoint('203.0.113.7:40001')] })
    expect([endpoints.length, endpoints[0]?.origin]).toEqual([8, 'observed'])
  })
})
