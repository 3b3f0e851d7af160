/** How narrow the way to peers is, of what `ip route get` says. */
import { epochMs, ipAddress, type ObservedPeer, type UdpEndpoint, udpEndpoint } from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { hostAnswering } from '../../test/support/answering-host.js'
import { observeUnderlayMtu } from './observe-underlay-mtu.js'

const links = [
  { ifname: 'eth0', flags: [], mtu: 1500, addr_info: [] },
  { ifname: 'wlan0', flags: [], mtu: 1400, addr_info: [] },
  { ifname: 'mesh0', flags: [], mtu: 1300, addr_info: [] },
]

const peerAt = (number: number, endpoint: UdpEndpoint, hasAnswered: boolean): ObservedPeer => ({
  publicKey: samplePublicKey(number),
  endpoint,
  keepaliveSeconds: 0,
  allowedIps: [],
  latestHandshakeAtEpochMs: hasAnswered ? epochMs(1000) : undefined,
  receivedBytes: 0,
  sentBytes: 0,
})
const [answered, silent] = [udpEndpoint('192.0.2.1:51820'), udpEndpoint('198.51.100.1:51820')]

/** `ways`: what the system answers, one line for each that was asked. */
async function seen(peers: readonly ObservedPeer[], ways: readonly object[]) {
  const { host, commands } = hostAnswering({
    '-batch': { stdout: ways.map((way) => JSON.stringify([way])).join('\n') },
  })
  const found = await observeUnderlayMtu(host, links, { peers, mark: 0 }, 'test')
  return { found, asked: commands.map(({ stdin }) => stdin) }
}

test('an endpoint at which nobody ever answered counts only while there is no other', async () => {
  const way = { dev: 'eth0' }
  const { asked } = await seen([peerAt(1, answered, true), peerAt(2, silent, false)], [way])
  expect(asked).toEqual([`route get ${ipAddress('192.0.2.1')}\n`])
  expect((await seen([peerAt(2, silent, false)], [way])).asked).toEqual(['route get 198.51.100.1\n'])
})

test('the narrowest way decides, and one through the tunnel itself is none', async () => {
  const peers = [peerAt(1, answered, true), peerAt(2, silent, true)]
  const { found } = await seen(peers, [{ dev: 'eth0' }, { dev: 'mesh0' }])
  expect(found).toEqual(E.right({ linkBytes: 1500, pathBytes: 1500 }))
  const narrow = await seen(peers, [{ dev: 'eth0' }, { dev: 'wlan0' }])
  expect(narrow.found).toEqual(E.right({ linkBytes: 1400, pathBytes: 1400 }))
})

test('what a router said, which expires, is of the way; what a route says by itself is as good as the link', async () => {
  const metrics = [{ mtu: 1350 }]
  const said = await seen([peerAt(1, answered, true)], [{ dev: 'eth0', metrics, expires: 500 }])
  expect(said.found).toEqual(E.right({ linkBytes: 1500, pathBytes: 1350 }))
  const own = await seen([peerAt(1, answered, true)], [{ dev: 'eth0', metrics }])
  expect(own.found).toEqual(E.right({ linkBytes: 1350, pathBytes: 1350 }))
})
