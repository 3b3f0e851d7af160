import { describe, expect, test } from 'vitest'
import { heldUnderlayMtu, tunnelMtuOf } from './underlay-mtu.js'

const way = (linkBytes: number, pathBytes = linkBytes) => ({ linkBytes, pathBytes })

describe('the MTU of the tunnel', () => {
  test.each([
    ['an ordinary way leaves what the config says', 1420, way(1500), 1420],
    ['a narrow link', 1420, way(1400), 1320],
    ['a narrow place on the way', 1420, way(1500, 1400), 1320],
    ['never below what IPv6 needs', 1420, way(1300), 1280],
    ['whatever the config says', 1200, way(1500), 1280],
    ['and when nobody knows the way', 1200, undefined, 1280],
    ['a wide way needs a config that says so', 1420, way(9000), 1420],
    ['and gets it then', 8920, way(9000), 8920],
    ['nobody knows the way', 1420, undefined, 1420],
  ])('%s', (_, most, underlay, expected) => {
    expect(tunnelMtuOf(most, underlay)).toBe(expected)
  })
})

describe('what routers on the way said', () => {
  test('is kept when the system has forgotten it', () => {
    expect(heldUnderlayMtu(way(1500, 1400), way(1500))).toEqual(way(1500, 1400))
  })

  test('is kept until something smaller is said', () => {
    expect(heldUnderlayMtu(way(1500, 1400), way(1500, 1350))).toEqual(way(1500, 1350))
  })

  test('is forgotten on another link', () => {
    expect(heldUnderlayMtu(way(1500, 1400), way(1492))).toEqual(way(1492))
  })

  test('is forgotten when there is no way any more', () => {
    expect(heldUnderlayMtu(way(1500, 1400), undefined)).toBeUndefined()
  })
})
