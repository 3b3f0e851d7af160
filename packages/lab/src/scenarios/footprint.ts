import type { Host } from '../net/host.js'

const views = {
  interfaces: 'ip -o link | sed "s/ mode [A-Z]* group.*//"',
  addresses: 'ip -o addr | grep -v "inet6 fe80"',
  routes: '{ ip route show table all; ip -6 route show table all; } | grep -v "fe80\\|multicast\\|anycast"',
  rules: 'ip rule; ip -6 rule',
  'packet filter': 'nft list ruleset',
  'kernel switches': "sysctl -a -r '^net.ipv[46].(conf|ip_forward|tcp_fwmark_accept)'",
  'WireGuard sockets': 'ls -A /run/wireguard',
  'files in /run': 'find /run -xdev -mindepth 1 -not -path "/run/wireguard*" | sort',
  // With owner, mode, and each file's sum: what is put back must be the same to the byte.
  'own files in /etc': 'cd /etc && find . -xdev -type f -exec stat -c "%n %U %G %a" {} + -exec cksum {} + | sort',
  'names in /etc': 'ls -A /etc',
  processes:
    'for file in /proc/[0-9]*/comm; do cat $file 2>/dev/null; done | grep -v "^\\(sh\\|cat\\|grep\\|sort\\)$"; true',
} as const

/** What no host is without: nothing there means that it could not be looked at, and would be the same before and after. */
const neverEmpty: readonly string[] = [
  'interfaces',
  'addresses',
  'routes',
  'rules',
  'kernel switches',
  'own files in /etc',
  'names in /etc',
]

/** Everything that an agent could leave behind on a host, as text by kind. */
export type Footprint = Readonly<Record<keyof typeof views, string>>

/** An address has its route only when its link was seen to be up, which the kernel looks at in its own time. */
const addressesSettle =
  'for each in $(seq 100); do [ -z "$(ip -6 -o addr show tentative)" ] && exit; sleep 0.05; done; exit 1'

/** @throws Error where something could not be looked at */
export async function takeFootprint(host: Pick<Host, 'name' | 'trySh'>): Promise<Footprint> {
  const { code } = await host.trySh(`(${addressesSettle})`)
  if (code !== 0) throw new Error(`${host.name}: an address of it is not in use after five seconds`)
  const look = async ([kind, command]: readonly [string, string]) => {
    const { stdout, stderr } = await host.trySh(command)
    const text = stdout.trim()
    if (text === '' && (stderr !== '' || neverEmpty.includes(kind)))
      throw new Error(`${host.name}: ${kind} can't be looked at. ${stderr}`.trimEnd())
    return [kind, text] as const
  }
  return Object.fromEntries(await Promise.all(Object.entries(views).map(look))) as Footprint
}

/** The kinds in which two footprints differ, with the lines of each that the other lacks. */
export function compareFootprints(before: Footprint, after: Footprint): readonly string[] {
  return (Object.keys(views) as (keyof typeof views)[]).flatMap((kind) => {
    const [old, now] = [before[kind].split('\n'), after[kind].split('\n')]
    const gone = old.filter((line) => !now.includes(line)).map((line) => `-${line}`)
    const come = now.filter((line) => !old.includes(line)).map((line) => `+${line}`)
    return gone.length + come.length === 0 ? [] : [`${kind}: ${[...gone, ...come].join('; ')}`]
  })
}
