import { expect, test } from 'vitest'
import { noRules, readPacketCount, renderRouterRules } from './router-rules.js'

const a = { ipv4: '198.51.100.1', ipv6: '2001:db8:51::1' }
const b = { ipv4: '198.51.100.2', ipv6: '2001:db8:51::2' }

test('every change loads the whole, counters first', () => {
  const lines = renderRouterRules({ ...noRules, cuts: [[a, b]], lossPercent: 2.5 }).split('\n')
  expect(lines[0]).toBe('flush chain inet lab forward')
  expect(lines[1]).toContain('update @seen4')
  expect(lines).toContain('add rule inet lab forward ip saddr 198.51.100.2 ip daddr 198.51.100.1 drop')
  expect(lines.at(-1)).toContain('numgen random mod 1000 < 25 drop')
})

test('packets are counted per direction', () => {
  const elem = { val: { concat: [a.ipv4, b.ipv4] }, counter: { packets: 7, bytes: 700 } }
  const json = JSON.stringify({ nftables: [{ metainfo: {} }, { set: { elem: [{ elem }] } }] })
  expect(readPacketCount(json, a.ipv4, b.ipv4)).toBe(7)
  expect(readPacketCount(json, b.ipv4, a.ipv4)).toBe(0)
})
