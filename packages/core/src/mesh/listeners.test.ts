import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventsOf, sampleCreateMesh, sampleRegisterHost, sampleTime } from '../testing/sample-mesh.js'
import {
  hostId,
  ipAddress,
  ipAddressFromBigInt,
  ipPrefix,
  prefixContainsAddress,
  udpEndpoint,
} from '../values/index.js'
import { evolve, replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import { freeListenPort, isPublicAddress } from './listeners.js'
import type { MeshEvent } from './mesh-event.js'
import { emptyMeshState, type MeshState } from './mesh-state.js'

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(ipPrefix)
const isInPrivateRange = (address: ReturnType<typeof ipAddress>) =>
  privateRanges.some((range) => prefixContainsAddress(range, address))

test('A3 an address is public exactly when it lies in no private range', async () => {
  const address4 = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    // Near the borders of the ranges, where a pattern is most likely wrong.
    fc
      .tuple(fc.constantFrom(9, 10, 11, 100, 172, 192), fc.nat(255), fc.nat(0xffff))
      .map(([a, b, rest]) => a * 2 ** 24 + b * 65_536 + rest),
  )
  await fc.assert(
    fc.property(address4, (n) => {
      const address = ipAddressFromBigInt(4, BigInt(n))
      expect(isPublicAddress(address)).toBe(!isInPrivateRange(address))
    }),
    { numRuns: 2000 },
  )
  await fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0xffffn }), fc.bigInt({ min: 0n, max: (1n << 112n) - 1n }), (head, rest) => {
      if (head === 0n && rest >> 32n === 0xffffn) return
      const address = ipAddressFromBigInt(6, (head << 112n) | rest)
      expect(isPublicAddress(address)).toBe(!isInPrivateRange(address))
    }),
    { numRuns: 2000 },
  )
})

test.each(['fc::1', 'fd::1', 'fc0::1'])('A3 %s is not unique-local: its first group has leading zeros', (text) => {
  expect(isPublicAddress(ipAddress(text))).toBe(true)
})

describe('two hosts on one port of one address, as logs may have them', () => {
  const there = [{ endpoint: udpEndpoint('203.0.113.1:51821'), origin: 'local' }] as const
  const moves = (id: string): MeshEvent => ({
    type: 'HostEndpointsChanged',
    atEpochMs: sampleTime,
    hostId: hostId(id),
    listenPort: 51_821,
    endpoints: there,
    localPrefixes: [],
  })
  const registered = eventsOf(sampleCreateMesh(), sampleRegisterHost(1), sampleRegisterHost(2))
  const both = [...registered, moves('host-2'), moves('host-1')]
  const gone: MeshEvent = { type: 'HostRemoved', atEpochMs: sampleTime, hostId: hostId('host-2') }
  const holders = ({ indexes }: MeshState) => largeMapGet(indexes.hostIdsByListener, there[0].endpoint)

  test('A3 both are there, and the other stays when one goes', () => {
    for (const after of [replay, (events: readonly MeshEvent[]) => events.reduce(evolve, emptyMeshState())]) {
      expect(holders(after(both))).toEqual(['host-1', 'host-2'])
      expect(holders(after([...both, gone]))).toEqual(['host-1'])
    }
  })

  test('A3 a host that comes back gets another port than who stayed', () => {
    expect(
      freeListenPort(replay([...both, gone]), hostId('host-2'), { endpoints: there, enrolledFrom: null }, 51_821),
    ).toBe(51_823)
  })
})
