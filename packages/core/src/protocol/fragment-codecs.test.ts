import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { fragmentCodec } from './fragment-codecs.js'

const router = (interfaceName: string | null) => ({
  kind: 'router',
  egressId: 'egress-1',
  networkId: 'network-1',
  ranges: ['192.168.7.0/24'],
  virtualRanges: null,
  nat: true,
  routers: [{ nodeId: 'node-1', metric: 10, interfaceName }],
  rules: [],
  reaches: [],
})

test.each([[null], ['eth0'], ['enp3s0f1.100']])('E1 a router may use the interface %s', (name) => {
  expect(E.isRight(fragmentCodec.decode(router(name)))).toBe(true)
})

test.each([['eth0" drop'], ["a';b"], ['a b'], ['a/b'], ['..'], ['{'], ['$(x)'], ['']])(
  'an interface %j, which a firewall would read as something else, is refused',
  (name) => {
    expect(E.isLeft(fragmentCodec.decode(router(name)))).toBe(true)
  },
)
