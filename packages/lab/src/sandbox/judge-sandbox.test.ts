import { describe, expect, test } from 'vitest'
import { judgeSandbox, type SandboxFacts } from './judge-sandbox.js'

const able: SandboxFacts = {
  platform: 'linux',
  isRoot: false,
  missingTools: [],
  hasWireguardGo: true,
  trial: { userNamespace: true, abilities: new Set(['sandbox-works', 'tun-present', 'tun-usable']), errorText: '' },
  maxUserNamespaces: 1_000,
  apparmorRestricts: undefined,
  unprivilegedClone: undefined,
}
const refused = { userNamespace: true, abilities: new Set<string>(), errorText: 'unshare: Operation not permitted\n' }

describe('judgeSandbox', () => {
  test('a machine with all it takes', () => {
    expect(judgeSandbox(able)).toEqual({ possible: true, userNamespace: true, wireGuard: 'userspace', ipv6: false })
  })

  test('kernel WireGuard needs neither wireguard-go nor a TUN device', () => {
    const trial = {
      userNamespace: true,
      abilities: new Set(['sandbox-works', 'kernel-wireguard', 'ipv6']),
      errorText: '',
    }
    expect(judgeSandbox({ ...able, hasWireguardGo: false, trial })).toMatchObject({ wireGuard: 'kernel', ipv6: true })
  })

  test('missing programs: one line installs all packages', () => {
    const verdict = judgeSandbox({ ...able, missingTools: ['unshare', 'nsenter', 'nft'], hasWireguardGo: false })
    expect(verdict).toMatchObject({
      possible: false,
      remedy: 'sudo apt-get install -y --no-install-recommends util-linux nftables wireguard-go',
      missingPackages: ['util-linux', 'nftables', 'wireguard-go'],
    })
  })

  test.each<[string, Partial<SandboxFacts>, RegExp]>([
    ['another system', { platform: 'darwin' }, /Linux machine/],
    ['AppArmor', { trial: refused, apparmorRestricts: true }, /apparmor_restrict_unprivileged_userns=0/],
    ['an old Debian', { trial: refused, unprivilegedClone: false }, /unprivileged_userns_clone=1/],
    ['namespaces switched off', { trial: refused, maxUserNamespaces: 0 }, /max_user_namespaces=15000/],
    ['a refusal of unknown cause', { trial: refused }, /as root/],
    ['a container', { trial: refused, isRoot: true }, /--privileged/],
    ['no wireguard-go', { hasWireguardGo: false }, /install .*wireguard-go/],
    [
      'a closed TUN device',
      { trial: { ...refused, abilities: new Set(['sandbox-works', 'tun-present']) } },
      /chmod 666/,
    ],
    ['no TUN device', { trial: { ...refused, abilities: new Set(['sandbox-works']) } }, /modprobe tun/],
  ])('%s: a reason and one line that mends it', (_, facts, remedy) => {
    const verdict = judgeSandbox({ ...able, ...facts })
    expect(verdict).toMatchObject({ possible: false, remedy: expect.stringMatching(remedy) })
  })
})
