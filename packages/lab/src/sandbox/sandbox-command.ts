/** The command line of the outer sandbox: pure, so that it can be read and tested as data. */

/**
 * What the sandbox's first process does before it starts the command; exit code 125 means the set-up itself failed. The machine's own
 * `/etc` is there to be read: a driver that takes it for its host's must not be able to change names.
 */
const setUp = `
fail() { echo "sandbox: $1" >&2; exit 125; }
mount -t tmpfs -o mode=0755 tmpfs /run || fail 'no private /run'
mkdir -m 0700 /run/wireguard || fail 'no /run/wireguard'
mount -t sysfs sysfs /sys 2>/dev/null
mount --bind /etc /etc && mount -o remount,bind,ro /etc || [ ! -w /etc/hosts ] || fail "no /etc that can't be written"
ip link set lo up || fail 'loopback does not come up'
`

/**
 * Process 1 of the sandbox is a shell that stays: it collects orphans, and its end is the end of everything inside.
 * The last line keeps the shell from replacing itself by the command.
 */
const runCommand = `
"$@"
code=$?
exit $code
`

export interface SandboxCommandOptions {
  /** False only for root on a machine without user namespaces. */
  readonly userNamespace: boolean
}

/**
 * The program and arguments that run `command` in namespaces of its own. Dies with its parent, also by `kill -9`:
 * `setpriv` ties the outer `unshare` to the parent, `--kill-child` ties everything inside to `unshare`.
 */
export function sandboxCommand(
  command: readonly string[],
  { userNamespace }: SandboxCommandOptions,
): readonly [program: string, ...args: string[]] {
  return wrap(setUp + runCommand, command, userNamespace)
}

/** Like `sandboxCommand`, for a shell script of our own that reports what the sandbox would offer. */
export function sandboxProbeCommand(userNamespace: boolean): readonly [program: string, ...args: string[]] {
  return wrap(setUp + reportAbilities, [], userNamespace)
}

const reportAbilities = `
ip link add meshfold-probe type wireguard 2>/dev/null && echo kernel-wireguard
if (exec 3<>/dev/net/tun) 2>/dev/null; then echo tun-usable; fi
[ -e /dev/net/tun ] && echo tun-present
[ -e /proc/sys/net/ipv6 ] && echo ipv6
echo sandbox-works
`

function wrap(script: string, command: readonly string[], userNamespace: boolean): readonly [string, ...string[]] {
  const user = userNamespace ? ['--user', '--map-root-user'] : []
  const namespaces = ['--net', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc']
  const shell = ['sh', '-c', script, 'meshfold-sandbox', ...command]
  return ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...user, ...namespaces, '--', ...shell]
}
