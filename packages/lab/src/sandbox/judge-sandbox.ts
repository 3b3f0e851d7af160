/** Whether the lab can run on this machine, from facts gathered elsewhere; if not, the one line that mends it. */

/** What a machine shows before the sandbox is tried. `undefined`: the kernel has no such switch. */
export interface SandboxFacts {
  readonly platform: string
  readonly isRoot: boolean
  /** Programs that were not found, of `requiredTools`. */
  readonly missingTools: readonly string[]
  readonly hasWireguardGo: boolean
  /** The output of the probe run inside a sandbox; undefined where it was not tried. */
  readonly trial?: SandboxTrial
  readonly maxUserNamespaces: number | undefined
  readonly apparmorRestricts: boolean | undefined
  readonly unprivilegedClone: boolean | undefined
}

/** One try to enter a sandbox. */
export interface SandboxTrial {
  readonly userNamespace: boolean
  readonly abilities: ReadonlySet<string>
  readonly errorText: string
}

/** The answer of `probeSandbox`. */
export type SandboxProbe =
  | {
      readonly possible: true
      readonly userNamespace: boolean
      readonly wireGuard: 'kernel' | 'userspace'
      readonly ipv6: boolean
    }
  | {
      readonly possible: false
      readonly reason: string
      /** One line to type. */
      readonly remedy: string
      /** Debian packages whose absence is the only known obstacle so far. */
      readonly missingPackages: readonly string[]
    }

/** Program → Debian package, for everything the lab calls. */
export const requiredTools: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
  hostname: 'hostname',
  perl: 'perl-base',
  ip: 'iproute2',
  nft: 'nftables',
  ping: 'iputils-ping',
  wg: 'wireguard-tools',
  conntrack: 'conntrack',
  'iptables-nft': 'iptables',
  ipset: 'ipset',
}

/** Names the first obstacle, or what the sandbox offers. */
export function judgeSandbox(facts: SandboxFacts): SandboxProbe {
  if (facts.platform !== 'linux') {
    return impossible(
      `Network namespaces are a Linux feature; this is ${facts.platform}.`,
      'Run it on a Linux machine.',
    )
  }
  if (facts.missingTools.length > 0) return toolsMissing(facts)
  const { trial } = facts
  if (trial === undefined) return impossible('No sandbox was tried.', 'Report this as a defect.')
  if (!trial.abilities.has('sandbox-works')) return namespacesRefused(facts, trial)
  return judgeWireGuard(facts, trial)
}

function judgeWireGuard(facts: SandboxFacts, { abilities, userNamespace }: SandboxTrial): SandboxProbe {
  const offer = { possible: true, userNamespace, ipv6: abilities.has('ipv6') } as const
  if (abilities.has('kernel-wireguard')) return { ...offer, wireGuard: 'kernel' }
  if (!facts.hasWireguardGo) {
    return needsPackages('The kernel has no WireGuard module and wireguard-go is not installed.', ['wireguard-go'])
  }
  if (abilities.has('tun-usable')) return { ...offer, wireGuard: 'userspace' }
  if (abilities.has('tun-present')) {
    return impossible('/dev/net/tun is not open to this user.', 'sudo chmod 666 /dev/net/tun')
  }
  return impossible(
    'There is no /dev/net/tun, and the kernel has no WireGuard module.',
    'sudo sh -c "modprobe tun; mkdir -p /dev/net; [ -e /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200"',
  )
}

function toolsMissing({ missingTools, hasWireguardGo }: SandboxFacts): SandboxProbe {
  const names = missingTools.map((tool) => requiredTools[tool] ?? tool)
  const packages = [...new Set(hasWireguardGo ? names : [...names, 'wireguard-go'])]
  return needsPackages(`Programs are missing: ${missingTools.join(', ')}.`, packages)
}

function needsPackages(reason: string, missingPackages: readonly string[]): SandboxProbe {
  const remedy = `sudo apt-get install -y --no-install-recommends ${missingPackages.join(' ')}`
  return { possible: false, reason, remedy, missingPackages }
}

function namespacesRefused(facts: SandboxFacts, trial: SandboxTrial): SandboxProbe {
  const said = trial.errorText.trim().split('\n').at(-1) ?? ''
  const reason = (why: string) => `${why}${said === '' ? '' : ` (${said})`}`
  if (facts.isRoot) {
    return impossible(
      reason('This root may not create namespaces, as is usual inside a container.'),
      'Run the container with --privileged, or run it on the machine itself.',
    )
  }
  if (facts.apparmorRestricts) {
    return impossible(
      reason('AppArmor keeps plain users from user namespaces.'),
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    )
  }
  if (facts.unprivilegedClone === false) {
    return impossible(
      reason('Plain users get no user namespaces.'),
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    )
  }
  if (facts.maxUserNamespaces === 0) {
    return impossible(reason('User namespaces are switched off.'), 'sudo sysctl -w user.max_user_namespaces=15000')
  }
  return impossible(reason('This user may not create namespaces.'), 'Run the same command as root.')
}

function impossible(reason: string, remedy: string): SandboxProbe {
  return { possible: false, reason, remedy, missingPackages: [] }
}
