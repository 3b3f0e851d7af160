/** Hosts that filter with iptables, of either kind, and one without nft: the mesh's rules are the same. */
import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { everybodyReached, officeBehind, relayBy } from './foreign-firewalls.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'

/** A host's own rules, in the kernel's old tables: what nobody let in or through is dropped. WireGuard's port is open. */
export const legacyRules = `
for tables in iptables-legacy ip6tables-legacy; do $tables-restore <<'RULES'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p ipv6-icmp -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p udp -m udp --dport 51821 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
RULES
done`

/** There is a program of that name, and it does nothing. Tables of iptables are there, as after its first use. */
export const withoutNft = `mount --bind /bin/false "$(readlink -f "$(command -v nft)")"
${legacyRules.replaceAll('tables-legacy', 'tables-nft').replaceAll(' DROP ', ' ACCEPT ')}`

export const ruleSets = (host: Host): Promise<string> =>
  host.sh(`for kind in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
  $kind-save 2>/dev/null | grep -v '^#' | sed 's/ \\[.*//'; done; ipset list -n; nft list tables 2>/dev/null; true`)

/** Of each host that has no nftables. */
const kinds = ['iptables-legacy', 'iptables-legacy', 'iptables-nft'] as const

export const iptablesBackend: Scenario = {
  name: 'iptables-backend',
  rows: ['E3'],
  summary:
    'hosts with rules in old tables and one without nft: tunnels, a policy, a relay and an egress, and nothing is left',
  async play(stage) {
    const { lab, check, tell } = stage
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(['legacy', 'also-legacy', 'no-nft', 'nftables'])
    const [first, second, third] = hosts
    for (const host of [first, second]) await host?.sh(legacyRules)
    await third?.sh(withoutNft)
    const before = await Promise.all(hosts.map(ruleSets))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    await everybodyReached(stage, mesh, 'with three hosts that filter with iptables')
    for (const [index, kind] of kinds.entries()) {
      const saved = await hosts[index]?.sh(`${kind}-save`)
      check(
        `${hosts[index]?.name}: the mesh's rules are where the host's are`,
        saved?.includes('mf_wg0_input') === true,
      )
    }
    await officeBehind(stage, mesh, mesh.member(0), mesh.member(3))
    await onePortOnly(stage, mesh, mesh.member(3), mesh.member(1))
    await onePortOnly(stage, mesh, mesh.member(3), mesh.member(2))
    await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: true })
    await relayBy(mesh, mesh.member(0), mesh.member(1))
    await everybodyReached(stage, mesh, 'with a relay that filters with iptables')
    await Promise.all(kinds.map((kind, at) => comesBack(stage, mesh.member(at), kind)))
    for (const { agent } of mesh.members) {
      await agent.stop()
      await agent.down()
    }
    for (const [index, host] of hosts.entries()) {
      const now = await ruleSets(host)
      check(`${host.name}: nothing of ours is left`, now === before[index], now === before[index] ? '' : now)
    }
  },
}

/** Somebody empties a chain of the mesh: its rules are put there again. Their comments say what they are, sets may have other names. */
async function comesBack({ check }: Stage, { host }: MeshMember, kind: string): Promise<void> {
  const rules = async () => (await host.trySh(`${kind} -S mf_wg0_input | grep -o -- '--comment "[^"]*"'`)).stdout
  const whole = await rules()
  await host.sh(`${kind} -F mf_wg0_input`)
  check(`${host.name}: somebody empties a chain of the mesh`, whole !== '' && (await rules()) === '')
  const isBack = async () => (await rules()) === whole
  const back = await waitUntil('its rules are back', isBack, { limitMs: 30_000 }).catch(() => false)
  check(`${host.name}: and its rules come back`, back, back ? '' : await rules())
}

/** No policy, then one that opens TCP 443: it alone is answered. */
async function onePortOnly({ check, metric }: Stage, mesh: Mesh, from: MeshMember, to: MeshMember): Promise<void> {
  const answering = await answerOn(to.host, { ports: [80, 443] })
  const addresses = [await mesh.address(to), await mesh.address(to, 'ipv6')]
  const tries = addresses.flatMap((address) =>
    [80, 443].map((port) => ({ from: null, to: address, protocol: 'tcp' as const, port })),
  )
  const reached = async () => (await knock(from.host, tries)).map((open) => (open ? 'open' : 'shut')).join(' ')
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
  const comesTo = (wanted: string) =>
    waitUntil(wanted, async () => (await reached()) === wanted || undefined, { limitMs: 30_000 }).catch(() => undefined)
  await comesTo('shut shut shut shut')
  const startedAt = performance.now()
  const added = await command(mesh, {
    type: 'AddPolicy',
    networkId: mesh.networkId,
    name: `web-${to.name}`,
    sources: [{ kind: 'node', nodeId: await nodeOf(mesh, from) }],
    destinations: [{ kind: 'node', nodeId: await nodeOf(mesh, to) }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  })
  const came = await comesTo('shut open shut open')
  metric(`policy-to-packet-${to.name}-ms`, Math.round(performance.now() - startedAt))
  check(`${to.name}: TCP 443 is answered and TCP 80 is not`, came === true, await reached())
  await command(mesh, { type: 'RemovePolicy', policyId: added.events[0]?.policyId })
  await answering.stop()
}
