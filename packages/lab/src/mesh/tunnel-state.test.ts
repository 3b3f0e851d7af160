import { expect, test } from 'vitest'
import { parseTunnel } from './tunnel-state.js'

const addresses = JSON.stringify([
  {
    ifindex: 4,
    addr_info: [
      { family: 'inet', local: '10.66.0.1', scope: 'global' },
      { family: 'inet6', local: 'fd66::1', scope: 'global' },
      { family: 'inet6', local: 'fe80::1', scope: 'link' },
    ],
  },
])

test('an interface with a peer that was heard and one that was not', () => {
  const dump =
    'priv\tpub\t51820\toff\nA\t(none)\t198.51.100.2:51820\t10.66.0.2/32,fd66::2/128\t17\t148\t92\toff\nB\t(none)\t(none)\t(none)\t0\t0\t0\toff\n'
  expect(parseTunnel(addresses, dump)).toEqual({
    interfaceIndex: 4,
    ipv4: ['10.66.0.1'],
    ipv6: ['fd66::1'],
    publicKey: 'pub',
    listenPort: 51820,
    peers: [
      {
        publicKey: 'A',
        endpoint: '198.51.100.2:51820',
        allowedIps: ['10.66.0.2/32', 'fd66::2/128'],
        latestHandshake: 17,
        receivedBytes: 148,
        sentBytes: 92,
      },
      { publicKey: 'B', endpoint: undefined, allowedIps: [], latestHandshake: 0, receivedBytes: 0, sentBytes: 0 },
    ],
  })
})

test('an interface without peers', () => {
  expect(parseTunnel(addresses, 'priv\tpub\t0\toff\n')?.peers).toEqual([])
})
