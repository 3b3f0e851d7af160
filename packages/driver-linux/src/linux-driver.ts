/**
 * The driver for Linux: one WireGuard interface with its addresses and routes, the kernel's WireGuard where there is one and
 * wireguard-go otherwise, and tables of nftables or chains of iptables of its own.
 *
 * What it does is in `execute/`, one file for each part of a host; how tools are called is data made in `render/`; what
 * they answer is read in `observe/`. Everything it touches comes in as a value, so that the same code runs in a namespace
 * of a test. It owns the interface with its name and the routes over it, and leaves nothing else behind.
 */
import { resolve } from 'node:path'
import {
  type CapabilityState,
  type DriverCapabilities,
  type HostDriver,
  type HostDriverError,
  noCapabilities,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { createCommandRunner } from './command-runner.js'
import { executeChange } from './execute/execute-change.js'
import { executeChanges } from './execute/execute-changes.js'
import { chooseFirewall } from './firewall/choose-backend.js'
import { toolFailure, toolTooPoor } from './host-tool.js'
import type { LinuxDriverOptions } from './linux-driver-options.js'
import { type LinuxHost, refuse } from './linux-host.js'
import { MEANS_MANY_INTERFACES, NAME_ENDS_WITH_PLUS } from './linux-pitfalls.js'
import { writeHindrance } from './names/text-file.js'
import { observeLinuxHost } from './observe/observe-linux-host.js'
import { hostsFile } from './observe/observe-names.js'
import { observeTunnel } from './observe/observe-tunnel.js'
import { createValueParsers } from './observe/value-parsers.js'
import { openUserspaceSocket } from './userspace-socket.js'

/** What this driver can do. */
export const linuxCapabilities: DriverCapabilities = {
  ...noCapabilities,
  filter: { supported: true },
  'isolate-networks': { supported: true },
  forward: { supported: true },
  nat: { supported: true },
  nat66: { supported: true },
  'prefix-map': { supported: true },
  'full-tunnel': { supported: true },
  names: { supported: true },
}

const lackingFilter = (consequence: string): CapabilityState => ({
  supported: false,
  consequence: `${consequence} There is neither nft nor iptables with ipset: install nftables, or ipset where iptables is in use, and start the agent anew.`,
})

/** What it can do where there is neither. */
const withoutFilter: DriverCapabilities = {
  filter: lackingFilter('Policies are not enforced here.'),
  'isolate-networks': lackingFilter('The host can be in one network only.'),
  forward: lackingFilter('The host can be no gateway and no router.'),
  nat: lackingFilter('The host can be no internet gateway and route no egress with NAT.'),
  nat66: lackingFilter('The host can carry no IPv6 of an egress with NAT.'),
  'prefix-map': lackingFilter('The host can route no egress with a virtual range.'),
  'full-tunnel': lackingFilter('The host can use no internet gateway for all its traffic.'),
  names: { supported: true },
}

/** Not with a system whose `/etc` is read-only. */
const namesWith = (reason: string | undefined): Partial<DriverCapabilities> =>
  reason === undefined
    ? {}
    : { names: { supported: false, consequence: `The host does not resolve the names of the mesh: ${reason}.` } }

const INTERFACE_NAME = /^[a-zA-Z0-9_=+-][a-zA-Z0-9_=+.-]{0,14}$/
const NAMES = 'an interface name has 1 to 15 characters of a-z, A-Z, 0-9 and _=+.-, not beginning with a dot'
const DEFAULT_SOCKET_FOLDER = '/var/run/wireguard'

/**
 * Opens a driver for one interface. Changes nothing on the host; fails with `host-tool-missing` where `ip` can't be run. Two
 * drivers for one interface at once get in each other's way.
 */
export async function createLinuxDriver(options: LinuxDriverOptions): Promise<E.Either<HostDriverError, HostDriver>> {
  if (!INTERFACE_NAME.test(options.interfaceName)) return refuse('open', NAMES)
  if (MEANS_MANY_INTERFACES.test(options.interfaceName)) return refuse('open', NAME_ENDS_WITH_PLUS)
  const bare = hostOf(options)
  const tools = await checkIp(bare)
  if (E.isLeft(tools)) return tools
  const hindrance = await writeHindrance(bare.files, hostsFile)
  const looked = { ...bare, hasNft: await answersNft(bare), hasNames: hindrance === undefined }
  const chosen = await chooseFirewall(looked, options.firewall ?? 'automatic')
  const { backend, marks } = chosen.kind === 'none' ? { backend: undefined, marks: undefined } : chosen
  const host = { ...looked, firewall: backend, marks }
  return E.right({
    capabilities: { ...(chosen.kind === 'none' ? withoutFilter : linuxCapabilities), ...namesWith(hindrance) },
    observe: (wish) => observeLinuxHost(host, wish),
    observeTunnel: () => observeTunnel(host),
    execute: (change) => executeChange(host, change),
    executeAll: (changes) => executeChanges(host, changes),
    close: async () => host.runner.close?.(),
  })
}

async function checkIp(host: LinuxHost): Promise<E.Either<HostDriverError, void>> {
  const version = await host.runner({ file: 'ip', args: ['-V'] })
  if (E.isLeft(version)) return E.left(toolFailure('ip', version.left, 'open'))
  return version.right.stdout.includes('iproute2') ? E.right(undefined) : E.left(toolTooPoor('ip'))
}

/** Whether nft is there, and this process may list what it has. */
async function answersNft({ runner }: LinuxHost): Promise<boolean> {
  const listed = await runner({ file: 'nft', args: ['list', 'tables'] })
  return E.isRight(listed) && listed.right.exitCode === 0
}

function hostOf(options: LinuxDriverOptions): LinuxHost {
  const { interfaceName, privateKey } = options
  const environment = options.environment ?? process.env
  const folder = options.socketFolder ?? DEFAULT_SOCKET_FOLDER
  return {
    interfaceName,
    privateKey,
    choice: options.implementation ?? 'automatic',
    wireguardGo: absolute(options.wireguardGo ?? environment.MESHFOLD_WIREGUARD_GO ?? 'wireguard-go'),
    firewall: undefined,
    marks: undefined,
    hasNft: false,
    hasNames: false,
    files: { rootFolder: options.rootFolder ?? '', interfaceName },
    seenHosts: { current: undefined },
    runner: options.commandRunner ?? createCommandRunner({ path: environment.PATH }),
    socket: openUserspaceSocket({ folder, interfaceName }),
    nowEpochMs: options.nowEpochMs ?? Date.now,
    parsers: createValueParsers(),
    seenImplementation: { current: undefined },
    seenKey: { current: undefined },
  }
}

/** The daemon starts in the root folder; a name without a slash is looked up on PATH. */
function absolute(program: string): string {
  return program.includes('/') ? resolve(program) : program
}
