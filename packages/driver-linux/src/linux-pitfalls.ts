/**
 * Where Linux and its WireGuards do something other than one expects, each with its name and reason. Code that works
 * around one of them refers to it here.
 */

import { type HostRoute, prefixFamily } from '@meshfold/core'

/** What one of these finds, in capitals or not. */
export function anyOf(...words: readonly RegExp[]): RegExp {
  return new RegExp(words.map(({ source }) => source).join('|'), 'i')
}

/** The protocol number on our routes (`ip route … proto 213`): free in rtnetlink.h and in iproute2's table. */
export const OWN_ROUTE_PROTOCOL = '213'

/**
 * How the alias on our interface begins, by which another program's tunnel of the same name is told apart and left alone. The name that it
 * was made with follows, by which it is known under another one: anybody may rename a link, and what is said of its name, in packet
 * filters above all, is then said of nothing.
 */
export const OWN_INTERFACE_ALIAS = 'meshfold'

/** The alias on the interface that was made with this name. */
export const aliasOf = (interfaceName: string): string => `${OWN_INTERFACE_ALIAS}:${interfaceName}`

/**
 * Words of a kernel without WireGuard, in answer to `ip link add … type wireguard`. Trying is the only probe without side
 * effects: modules load on demand, so nothing to look at beforehand tells.
 */
export const KERNEL_LACKS_WIREGUARD = /unknown device type|operation not supported|not supported/i

/** `ip` about a link that is not there: when it is to be changed, and when it is to be shown. */
export const NO_SUCH_LINK = /cannot find device|device "[^"]*" does not exist/i

/** Taking away what is not there: done already, by somebody else or by ourselves before a crash. */
export const ALREADY_GONE = anyOf(
  /no such process|cannot assign requested address|address not found|no such device/,
  NO_SUCH_LINK,
)

/**
 * wireguard-go puts itself into the background before it listens on its socket, and says nothing if that fails: it has ended well, and its
 * link is gone. It takes one inotify instance, of which a user has 128 unless told otherwise (`sysctl fs.inotify.max_user_instances`).
 */
export const WIREGUARD_GO_ENDED =
  'wireguard-go ended as soon as it had started; `LOG_LEVEL=error wireguard-go -f <interface>` says why. With "too many open files" there, raise fs.inotify.max_user_instances (sysctl)'

/** `wg` about an interface that is not there; the second on a kernel without WireGuard. */
export const WG_FINDS_NO_INTERFACE = /no such device|protocol not supported/i

/**
 * `nft` sends a transaction as one message. Only root of the machine itself may make the buffer larger than `net.core.wmem_max` says: in a
 * user namespace, as in many containers, some thousand members of a set are too many.
 */
export const MESSAGE_TOO_LONG = /message too long/i

/** Of IPv6 prefixes 1,600 were taken and 1,800 not, with the 208 KB that kernels allow everybody. */
export const MEMBERS_PER_MESSAGE = 1_200

/**
 * What else takes as much of a message as a member. Of nft 1.0.6, rules of 41,000 to 87,000 characters with their comments fill one, 160
 * of the longest kind; or 2,000 sets without a member; or 770 sets with one.
 */
export const RULE_CHARACTERS_PER_MEMBER = 25
export const MEMBERS_PER_SET = 2

/**
 * Who passes a packet on by the interface that it came by tells its sender of a shorter way (ICMP redirect), if any of the kernel's two
 * switches is on. Between peers of WireGuard there is none: relays drop what they would say.
 */
export const REDIRECTS = { 4: 'icmp type redirect', 6: 'icmpv6 type nd-redirect' } as const

/** `nft` about a table that is not there. */
export const NFT_FINDS_NO_TABLE = /no such file or directory/i

/**
 * An `accept` ends the chain it stands in, a `drop` ends the packet: whatever our own table lets through, a chain of somebody else's at
 * the same hook may still drop. So a jump of ours stands at the beginning of such chains at these hooks.
 */
export const FOREIGN_DROP_IS_FINAL: ReadonlySet<string> = new Set(['input', 'forward'])

/**
 * Docker puts its jumps in front of everything in `FORWARD` each time a network of its own comes up. It leaves this chain to others and
 * asks it first.
 */
export const CHAIN_LEFT_BY_DOCKER = 'DOCKER-USER'

/**
 * kube-proxy marks what it masquerades, or drops, later on a packet's way by these bits, in translations before ours. A mark of ours that
 * took their place would leave a service's packets with sources that its pods can't answer, and one that was asked for with all its bits
 * would not be found beside them.
 */
export const MARK_BITS_OF_KUBE_PROXY = 0xc0_00

/**
 * A rule whose table has no way goes on to the next rule. Where a default route is in another table than the main one, for all packets or
 * for some, what shall stay outside the tunnel would find its way in: so it jumps over our rules, and asks what the host would ask.
 */
export const PAST_OUR_RULES = 'goto'

/**
 * To rules, what the host sends itself comes in by this interface; so does what the kernel asks to judge a source (rp_filter). What is
 * passed on comes in by the one that it came by.
 */
export const LOCAL_OUTPUT = 'lo'

/** `ip rule del` about a rule that is not there, in either family. */
export const NO_SUCH_RULE = /no such file or directory|no such process/i

/** `ip -batch` when one of its lines was refused; with `-force` it does the others. */
export const SOME_LEAD_NOWHERE = /command failed/i

/** What `ip -batch` adds to what it says of a line that was refused. */
export const BATCH_NAMES_ITS_LINES = /^Command failed -:\d+$/gm

/**
 * The kernel's switches for forwarding change others with them. IPv4's sets whether ICMP redirects are accepted, off when it is on, and on
 * when it is off, also where somebody hardened the host. IPv6's sets that of each interface, and an interface that forwards takes no
 * router advertisements; at that moment even default routes learned from them are dropped, but where `accept_ra` is 2. That of all is what
 * the kernel asks when it passes packets on, so everything else is put back.
 */
export const FORWARDING_CHANGES_MORE = ['accept_redirects', 'forwarding', 'accept_ra'] as const

/** `ip route add` when prefix and metric are taken, by our route or by one of another interface. */
export const ROUTE_EXISTS = /file exists/i

/**
 * `ip route replace` looks at prefix and metric only and not at the interface: it would overwrite the route of a LAN that
 * has the same range. So it is used only when every route in the way is known to be ours.
 */
export const replaceIsSafe = (devicesInTheWay: readonly string[], ownInterface: string): boolean =>
  devicesInTheWay.every((device) => device === ownInterface)

/**
 * `ip route del … metric 0` means "any metric" for IPv4, and IPv6 ignores `src`: either could hit a route that was not meant.
 * So a route is deleted only when exactly it is among those found.
 */
export const isExactlyAmong = (
  found: readonly (HostRoute & { readonly device: string | undefined })[],
  route: HostRoute,
  ownInterface: string,
): boolean =>
  found.some(
    ({ device, metric, preferredSource }) =>
      device === ownInterface && metric === route.metric && preferredSource === route.preferredSource,
  )

/** `ip route del` with all of these finds this route of ours and no other; one left out means any: see `isExactlyAmong`. */
export const isToldByItsMarks = ({ prefix, metric, preferredSource }: HostRoute): boolean =>
  prefixFamily(prefix) === 4 && metric !== 0 && preferredSource !== null

/** IPv6 has no metric 0: the kernel turns it into 1024, and what is read back is not what was written. */
export const IPV6_HAS_NO_METRIC_0 = 'IPv6 routes have metrics from 1: the kernel turns 0 into 1024'

/**
 * The kernel gives a TUN device a link-local address as soon as it is up, WireGuard's own devices not. It serves nobody
 * in a mesh, so it is switched off and never reported.
 */
export const NO_LINK_LOCAL = ['addrgenmode', 'none'] as const

/**
 * What newer and older kernels answer to an IPv6 address where `disable_ipv6` is set, as hardening guides advise for all
 * interfaces. Not a matter of rights: it can be switched on for our interface alone.
 */
export const IPV6_SWITCHED_OFF = /ipv6 is disabled|permission denied/i

/** To iptables a `+` at the end of an interface's name stands for any ending: rules about ours would be about others as well. */
export const MEANS_MANY_INTERFACES = /\+$/
export const NAME_ENDS_WITH_PLUS =
  'an interface name does not end with +: to iptables that means every interface whose name begins so'

/** Words of a kernel without IPv6, in answer to `addrgenmode`. */
export const KERNEL_LACKS_IPV6 = /not supported|invalid argument/i

/**
 * Setting a host's own key as a peer succeeds in both implementations and does nothing. A silent success would never
 * converge, so the driver refuses.
 */
export const OWN_KEY_AS_PEER = 'a host is no peer of its own; WireGuard would ignore it without a word'

/**
 * Lines of a userspace `set` before the refused one stay applied. The next observation shows how far it got.
 */
export const SET_IS_NOT_ATOMIC = 'what stood before it may have taken effect'

/**
 * wireguard-go reports port 0 when it failed to bind, so `observe` shows a port that differs and the next plan tries
 * again: a port in use is never taken for done.
 */
export const PORT_IN_USE = 'the UDP port is in use on this machine: give the host another one'

/**
 * After SIGKILL of wireguard-go its socket stays and refuses connections; `wg` then answers "Protocol not supported". It
 * is removed before a new process starts.
 */
export const STALE_SOCKET_ERRORS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT'])

/**
 * systemd kills a service's whole control group by default, wireguard-go with it. An agent that shall restart without
 * cutting the mesh needs `KillMode=process` in its unit.
 */
export const AGENT_UNIT_NEEDS = 'KillMode=process'

/** Arguments of one process are limited to a quarter of its stack, usually 2 MB, environment and pointers included. */
export const ARGUMENT_BYTES_PER_PROCESS = 500_000

/** One argument is limited to 128 KiB (`MAX_ARG_STRLEN`): a gateway's allowed IPs can be longer, even as IPv6 of 43 characters. */
export const PREFIXES_PER_ARGUMENT = 1_000

/**
 * `/etc/hosts` and `/etc/resolv.conf` of a container are mounts of single files: nothing can be renamed onto them, and what is written
 * must be written into them. Elsewhere a rename is the only way that nobody meets a half of a file.
 */
export const FILE_IS_A_MOUNT: ReadonlySet<string> = new Set(['EBUSY', 'EXDEV'])

/** A process may have the right to a file and none to its folder: then too it is written in place. */
export const NO_RIGHT_TO_FOLDER: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Where systemd-resolved keeps what `/etc/resolv.conf` is a link to, and the address that it listens at (systemd-resolved.service(8)). */
export const OF_RESOLVED = {
  path: /^\/(run\/systemd\/resolve|usr\/lib\/systemd|lib\/systemd)\//,
  stub: '127.0.0.53',
  /** Who stands behind the stub, for those who would rather ask them. */
  uplinks: '/run/systemd/resolve/resolv.conf',
} as const

/**
 * Programs called `resolvconf` are of three makes: Debian's, openresolv, and a link to systemd-resolved's own tool. What `/etc/resolv.conf`
 * says tells whether one of them has a part in it; that it is installed does not.
 */
export const OF_RESOLVCONF = { path: /^\/(var\/)?run\/resolvconf\//, header: /^#.*generated by resolvconf/im } as const

/** `resolvectl` about an interface that is not there: systemd-resolved forgets what it was told of one with it. */
export const LINK_UNKNOWN_TO_RESOLVED = /no such device/i
