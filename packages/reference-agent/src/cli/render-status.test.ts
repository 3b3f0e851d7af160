import { hostId, ipAddress, meshId, type PathKey, udpEndpoint } from '@meshfold/core'
import { expect, test } from 'vitest'
import type { HostStatus } from './host-status.js'
import { renderStatus } from './render-status.js'

const status: HostStatus = {
  name: 'laptop',
  interfaceName: 'wg0',
  running: true,
  pid: 7,
  serverUrl: 'https://mesh.example',
  host: { hostId: hostId('host-4'), meshId: meshId('mesh-1'), nextWireguardKey: null },
  server: { connected: true, sinceEpochMs: 0, lastEnd: null, reportRefused: null },
  config: { received: null, applied: null, lacking: [], failure: null, notSaved: null, reverted: [] },
  interface: null,
  peers: [],
  paths: {
    outside: { state: 'not-asked', endpoints: [] },
    mayBeOffline: false,
    measured: [
      { hostId: hostId('host-1'), name: 'gate-1', state: 'down', roundTripMs: null, lossPercent: 40 },
      { hostId: hostId('host-2'), name: 'gate-2', state: 'no-agent', roundTripMs: 12.5, lossPercent: 0 },
    ],
    hops: [
      { path: 'internet' as PathKey, name: null, kind: 'internet', via: null },
      { path: 'network:net-1' as PathKey, name: 'office.mesh.internal', kind: 'own-gateway', via: 'gate-2' },
    ],
  },
  names: null,
  differences: [],
}

test('F5 a terminal shows what is measured, and by whom paths go', () => {
  const lines = renderStatus(status).split('\n')
  expect(lines).toContain('measured  state         round trip  lost')
  expect(lines).toContain('gate-1    down          -           40 %')
  expect(lines).toContain('gate-2    up, no agent  12.5 ms     0 %')
  expect(lines).toContain('internet              internet     no way now')
  expect(lines).toContain('office.mesh.internal  own-gateway  gate-2')
})

test('F2 a terminal says that the host may be offline itself', () => {
  const words = 'none of these answers, nor does the server: as if this host were offline, it stays with them'
  expect(renderStatus(status)).not.toContain(words)
  const paths = status.paths && { ...status.paths, mayBeOffline: true }
  expect(renderStatus({ ...status, paths })).toContain(`\n${words}\n`)
})

test('G8 a terminal shows how names are served, and why not', () => {
  const servers = [ipAddress('10.66.0.53')]
  const names = {
    known: 12,
    leftToOthers: ['printer'],
    resolver: 'systemd-resolved',
    asked: [{ servers, domains: ['.'] }],
    notAsked: [{ resolver: { servers, domains: ['a.example'] }, reason: 'it takes one list' }],
  }
  const lines = renderStatus({ ...status, names }).split('\n')
  expect(lines).toContain("names      12 in /etc/hosts; left to others' lines: printer")
  expect(lines).toContain('resolver   systemd-resolved asks 10.66.0.53 about everything')
  expect(lines).toContain('not asked  10.66.0.53 about a.example: it takes one list')
})

test('a terminal shows what of the config the host can not serve', () => {
  const config = { ...status.config, lacking: ['No policy is enforced. Install nftables.'] }
  expect(renderStatus({ ...status, config })).toContain('\nlacking    No policy is enforced. Install nftables.\n')
})

test('without an agent nothing is said of paths', () => {
  expect(renderStatus({ ...status, running: false, pid: null, paths: null })).not.toContain('measured')
})

test.each([
  ['seen', 'outside    others see this host at 203.0.113.7:40001'],
  ['differs', 'outside    each peer sees this host at another port'],
  ['nobody-answers', 'outside    no peer answers; perhaps this network lets no UDP out'],
  ['asking', 'outside    peers are being asked'],
] as const)('A7 behind a NAT it says where others see this host: %s', (state, words) => {
  const outside = { state, endpoints: state === 'seen' ? [udpEndpoint('203.0.113.7:40001')] : [] }
  const paths = { measured: [], hops: [], outside, mayBeOffline: false }
  expect(renderStatus({ ...status, paths })).toContain(words)
  expect(renderStatus(status)).not.toContain('outside')
})
