import { ipAddress } from '@meshfold/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readResolvConf, serversOfOthers, writeResolvConf } from './resolv-conf-text.js'

const [first, second] = [ipAddress('10.66.0.53'), ipAddress('fd66::53')]

const line = fc.constantFrom(
  'nameserver 192.168.1.1',
  '  nameserver ::1',
  'search lan',
  '# Generated',
  '',
  'options x\r',
)
const text = fc
  .record({ lines: fc.array(line, { maxLength: 6 }), isEnded: fc.boolean() })
  .map(({ lines, isEnded }) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''))
const servers = fc.subarray([first, second])

describe('a resolv.conf', () => {
  test('has our servers alone, and all else as it was', () => {
    expect(writeResolvConf('# DHCP\nnameserver 192.168.1.1\nsearch lan\n', 'wg0', [first])).toBe(
      [
        '# BEGIN meshfold wg0: all names are asked for through the mesh',
        'nameserver 10.66.0.53',
        '# END meshfold wg0',
        '# DHCP',
        '#meshfold wg0#nameserver 192.168.1.1',
        'search lan',
        '',
      ].join('\n'),
    )
  })

  test('reads as it was written, and is the same again to the byte', () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), fc.array(servers), servers, (before, changes, last) => {
        const file = [...changes, last].reduce<string | undefined>(
          (file, each) => writeResolvConf(file, 'wg0', each),
          before,
        )
        expect(readResolvConf(file, 'wg0')).toEqual(last)
        expect(writeResolvConf(file, 'wg0', [])).toBe(before)
      }),
    )
  })

  const ours = writeResolvConf('nameserver 192.168.1.1\n', 'wg0', [first, second]) ?? ''

  test.each([
    ['adds a server', `${ours}nameserver 192.168.1.2\n`],
    ['takes our end away', ours.replace(/^# END.*\n/m, '')],
    ['takes our beginning away', ours.replace(/^# BEGIN.*\n/m, '')],
    ['puts theirs back', ours.replace('#meshfold wg0#', '')],
    ['takes our block away', ours.replace(/^# BEGIN[\s\S]*# END.*\n/m, '')],
  ])('somebody %s, and it is seen and put right', (_, edited) => {
    expect(readResolvConf(edited, 'wg0')).toBe('spoilt')
    const mended = writeResolvConf(edited, 'wg0', [first, second]) ?? ''
    expect(readResolvConf(mended, 'wg0')).toEqual([first, second])
    expect(mended.match(/^nameserver/gm)).toHaveLength(2)
    expect(writeResolvConf(mended, 'wg0', [])).toContain('nameserver 192.168.1.1\n')
  })

  test('names servers of others whether ours hide them or not; what is bound to a link is no address', () => {
    const theirs =
      'nameserver 192.168.1.1\nnameserver fe80::1%eth0\n  nameserver 2001:db8::53 # backup\n#nameserver 192.0.2.1\n'
    const hidden = writeResolvConf(theirs, 'wg0', [first]) ?? ''
    for (const file of [theirs, hidden]) expect(serversOfOthers(file, 'wg0')).toEqual(['192.168.1.1', '2001:db8::53'])
    expect(serversOfOthers(undefined, 'wg0')).toEqual([])
  })

  test('somebody writes it anew: nothing of ours is there, and what they wrote is what it is put back to', () => {
    const theirs = 'nameserver 192.168.7.1\n'
    expect(readResolvConf(theirs, 'wg0')).toEqual([])
    expect(writeResolvConf(writeResolvConf(theirs, 'wg0', [first]), 'wg0', [])).toBe(theirs)
  })
})
