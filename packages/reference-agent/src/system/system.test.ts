import { expect, test } from 'vitest'
import { defaultHostName, readHostSystem } from './host-system.js'
import { searchPath, tell } from './ip-monitor.js'
import { agentVersion } from './version.js'

/** As iproute2 6.1 prints them. */
const lines: readonly (readonly [string, string])[] = [
  ['3: eth0    inet 10.1.0.2/24 scope global eth0\\       valid_lft forever preferred_lft forever', 'changed'],
  ['Deleted 3: eth0    inet 10.1.0.2/24 scope global eth0\\       valid_lft forever', 'gone eth0'],
  ['Deleted 3: eth0    inet 10.1.0.2/24 brd 10.1.0.255 scope global dynamic eth0\\   valid_lft 1sec', 'gone eth0'],
  ['Deleted 3: eth0@if7    inet6 fd01::2/64 scope global nodad \\       valid_lft forever', 'gone eth0'],
  ['Deleted 3: eth0    inet6 fe80::9c2e:3dff:fef5:a66d/64 scope link \\       valid_lft forever', 'changed'],
  ['Deleted 10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.2 ', 'changed'],
  ['default via 10.1.0.1 dev eth0 ', 'changed'],
  ['4: wg0    inet 10.9.0.1/32 scope global wg0\\       valid_lft forever preferred_lft forever', ''],
  ['Deleted 4: wg0    inet 10.9.0.1/32 scope global wg0\\       valid_lft forever', ''],
  ['10.9.0.0/16 dev wg0 scope link src 10.9.0.1 linkdown ', ''],
  ['4: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noop state UNKNOWN group default \\    link/none ', ''],
  ['Deleted 4: wg0: <POINTOPOINT,NOARP> mtu 1420 qdisc noop state DOWN group default \\    link/none ', 'own gone'],
  ['3: eth0@if7: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN \\    link/ether 02:00', 'changed'],
]

test('`ip` is found also where a path leads past /sbin', () => {
  expect(searchPath('/opt/own:/usr/bin')).toBe('/opt/own:/usr/bin:/usr/sbin:/sbin:/usr/bin:/bin')
  expect(searchPath(undefined)).toBe('/usr/sbin:/sbin:/usr/bin:/bin')
})

test('what one line of `ip monitor` means', () => {
  for (const [line, meaning] of lines) {
    const told: string[] = []
    tell(line, 'wg0', {
      onAddressGone: (name) => told.push(`gone ${name}`),
      onOwnInterfaceGone: () => told.push('own gone'),
      onChanged: () => told.push('changed'),
    })
    expect(told.join(), line).toBe(meaning)
  }
})

test("a machine's name as a host's", () => {
  expect(defaultHostName('Web-1.example.com')).toBe('web-1')
  expect(defaultHostName('My_Machine')).toBe('my-machine')
  expect(defaultHostName('___')).toBeUndefined()
})

test('what this machine says of itself can be told to a server', () => {
  expect(readHostSystem(agentVersion())).toMatchObject({
    os: 'linux',
    agentVersion: /^\d+\.\d+\.\d+$/.exec('0.1.0')?.[0],
  })
})
