import { type HostChange, ipAddress } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { hostAnswering } from '../../test/support/answering-host.js'
import { executeChange } from './execute-change.js'

describe('an IPv6 address', () => {
  const add: HostChange = { kind: 'add-address', address: ipAddress('fd66::1') }
  const denied = { exitCode: 2, stderr: 'RTNETLINK answers: Permission denied' }
  const disabled = { exitCode: 2, stderr: 'Error: ipv6: IPv6 is disabled on this device.' }

  test.each([denied, disabled])('switches IPv6 on for our interface where it is off', async (answer) => {
    const { host, lines } = hostAnswering({ 'addr replace': answer })
    await executeChange(host, add)
    const replace = 'ip -6 addr replace fd66::1/128 dev mesh0 nodad'
    expect(lines()).toEqual([replace, 'sysctl -q -w net/ipv6/conf/mesh0/disable_ipv6=0', replace])
  })

  test('without the right to do that, the first refusal stands', async () => {
    const { host } = hostAnswering({ 'addr replace': denied, sysctl: { exitCode: 1, stderr: 'sysctl: cannot stat' } })
    expect(await executeChange(host, add)).toMatchObject({
      left: { code: 'host-permission-denied', action: 'add-address' },
    })
  })
})
