/** Of two paths with one prefix, the one that has it. */
import { expect, test } from 'vitest'
import { networkId } from '../values/index.js'
import type { Path, PathTarget } from './host-config.js'
import { comesBefore } from './prefix-owner.js'

const pathTo = (kind: PathTarget['kind'], key: string = kind) =>
  ({ key, networkId: networkId('network-1'), prefixes: [], to: { kind } }) as unknown as Path

test('E4 nodes come first, then what lies behind them, a network as a whole, route-all, and egresses last', () => {
  const ranks: readonly (readonly PathTarget['kind'][])[] = [
    ['direct', 'relayed', 'pair'],
    ['behind-node'],
    ['own-gateway'],
    ['internet'],
    ['routed', 'leaving'],
  ]
  for (const [rank, kinds] of ranks.entries())
    for (const one of kinds)
      for (const other of ranks.slice(rank + 1).flat()) {
        expect([one, other, comesBefore(pathTo(one), pathTo(other))]).toEqual([one, other, true])
        expect([other, one, comesBefore(pathTo(other), pathTo(one))]).toEqual([other, one, false])
      }
})

test('of paths that rank alike the lower key comes first, the same for everyone', () => {
  expect(comesBefore(pathTo('routed', 'a'), pathTo('leaving', 'b'))).toBe(true)
  expect(comesBefore(pathTo('leaving', 'b'), pathTo('routed', 'a'))).toBe(false)
})
