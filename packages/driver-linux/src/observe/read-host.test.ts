import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { readUnderlayAddresses } from './read-host.js'

const link = (ifname: string, local: string, mark: object = {}) => ({
  ifname,
  flags: ['UP', 'LOWER_UP'],
  mtu: 1500,
  addr_info: [{ family: 'inet', local, prefixlen: 24, scope: '0' }],
  ...mark,
})

test('the tunnel of another mesh is no way to this host, whatever it is called; a tunnel of somebody else may be one', () => {
  const links = [
    link('eth0', '192.0.2.1'),
    link('office0', '10.67.0.1', { ifalias: 'meshfold' }),
    link('office1', '10.67.1.1', { ifalias: 'meshfold:anything' }),
    link('vpn0', '10.68.0.1', { ifalias: 'meshfolded, of the firm' }),
    link('wg0', '10.66.0.1'),
  ]
  const found = readUnderlayAddresses(links, 'wg0')
  expect(E.isRight(found) && found.right.map(({ address }) => address)).toEqual(['192.0.2.1', '10.68.0.1'])
})
