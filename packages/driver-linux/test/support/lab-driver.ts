/** The driver on a host of the lab: the same code as in production, reaching into the host's namespaces. */
import type { HostDriver } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { Host, Keys } from '../../../lab/src/index.js'
import { createCommandRunner } from '../../src/command-runner.js'
import { createLinuxDriver } from '../../src/linux-driver.js'
import type { LinuxDriverOptions } from '../../src/linux-driver-options.js'

/** The interface that drivers under test own. */
export const interfaceName = 'mesh0'

/** Settings of the driver that set it up for a host of the lab. */
export function driverOptions(host: Host, privateKey: () => Uint8Array): LinuxDriverOptions {
  return {
    interfaceName,
    privateKey: async () => E.right(privateKey()),
    commandRunner: createCommandRunner({ prefix: ['nsenter', ...host.enterArguments] }),
    socketFolder: `/proc/${host.pid}/root/run/wireguard`,
    rootFolder: `/proc/${host.pid}/root`,
  }
}

/** Opens the driver on a host. */
export async function openDriver(host: Host, keys: Keys, more: Partial<LinuxDriverOptions> = {}): Promise<HostDriver> {
  return opened({ ...driverOptions(host, () => keys.privateKey), ...more })
}

/** Opens a driver that must open. */
export async function opened(options: LinuxDriverOptions): Promise<HostDriver> {
  const driver = await createLinuxDriver(options)
  if (E.isLeft(driver)) throw new Error(JSON.stringify(driver.left))
  return driver.right
}

/** All that a driver might leave on a host: links, addresses, routes, rules, packet filters, switches, processes, and files of `/run`. */
export async function hostSnapshot(host: Host): Promise<unknown> {
  await host.sh(waitForDyingWireguard)
  const commands = [
    'ip -j -d link show',
    'ip -j addr show',
    'ip -j -4 route show table all',
    'ip -j -6 route show table all',
    'ip -j rule show',
    'ip -j -6 rule show',
    'nft -s list ruleset',
    // Without comments and counters.
    'for kind in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do $kind-save 2>/dev/null | grep -v "^#" | sed "s/\\[.*//"; done',
    'ipset list -n',
    "sysctl -a -r '^net.ipv[46].(conf|ip_forward|tcp_fwmark_accept)' | grep -v '[./]mesh0[./]'",
    // Without the shell and the programs that take the snapshot, and those that an agent has waiting for the next change.
    "ps -e -o comm=,args= | grep -vE '(ip -batch|nft -f) -$' | sed 's/ .*//' | grep -vxE 'ps|sh|grep|sed|sort' | sort",
    'find /run -xdev | sort',
    'ls -A /etc; cd /etc && find . -xdev -type f -exec stat -c "%n %U %G %a" {} + -exec cksum {} + | sort',
  ]
  return host.sh(commands.join('; echo; '))
}

/** wireguard-go closes its socket some milliseconds before it ends. */
const waitForDyingWireguard = `
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -n "$(ls /run/wireguard)" ] || ! pgrep -x wireguard-go >/dev/null || sleep 0.05
done`
