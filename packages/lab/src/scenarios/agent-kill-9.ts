/** An agent that dies after any step that it takes on its host: started again, it gets to where it would have got. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { findTool } from '../tool-path.js'
import { waitUntil } from '../wait-until.js'
import { compareFootprints, type Footprint, takeFootprint } from './footprint.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { checkStreams, startMesh, startStreams } from './start-mesh.js'

/** An agent changes its host by programs alone: one that stands in the way of each counts them and kills it after the one named. */
export const agentKill9: Scenario = {
  name: 'agent-kill-9-at-every-step',
  summary: 'a gateway’s agent is killed after each step of making its host what it shall be: the next one finishes it',
  rows: ['A8'],
  limitSeconds: 600,
  slowSeconds: 45,
  async play(stage) {
    const mesh = await startMesh({ ...stage, toolFolder: await steppedTools(stage) }, 3)
    const victim = mesh.member(0)
    await foreignThings(victim.host)
    await makeCarrier(stage, mesh, victim)
    await mesh.pingMatrix()
    const streams = await startStreams(mesh, [[mesh.member(1), mesh.member(2)]])
    const whole = await comesToRest(victim)
    await putAway(victim)
    const before = await takeFootprint(victim.host)
    let steps = 0
    for (let died = true; died; steps += died ? 1 : 0) died = await dieAfter(stage, victim, steps + 1, whole, before)
    stage.metric('steps', steps)
    stage.check('it was killed after many steps', steps >= 10, `${steps}`)
    await checkStreams(stage, 'who had nothing to do with it', streams, 1)
  },
}

const folder = '/run/steps'
const tools = ['ip', 'wg', 'nft', 'sysctl', 'wireguard-go'] as const
/** Words of programs that only look. */
const looking = 'show|list|-j|-V|--version|monitor|dump'

/** Programs that do what those of the system do; on a host with `/run/steps/at` they count, and kill who called them. */
async function steppedTools({ lab }: Stage): Promise<string> {
  const place = join(lab.dataFolder, 'steps')
  await mkdir(place, { recursive: true })
  for (const tool of tools) {
    const real = findTool(tool)
    if (real === undefined) throw new Error(`There is no ${tool}.`)
    const file = join(place, tool)
    await writeFile(file, steppedTool(real, tool === 'sysctl'))
    await chmod(file, 0o755)
  }
  return place
}

/** Without `-w`, sysctl looks. */
const steppedTool = (real: string, onlyWrites: boolean): string => `#!/bin/sh
[ -s ${folder}/at ] || exec ${real} "$@"
case " $* " in ${onlyWrites ? '*" -w "*) ;; *' : looking.replaceAll(/[^|]+/g, '*" $& "*')}) exec ${real} "$@" ;; esac
${real} "$@"
code=$?
printf x >> ${folder}/count
if [ "$(wc -c < ${folder}/count)" = "$(cat ${folder}/at)" ]; then
  echo "$*" > ${folder}/last
  caller=$PPID
  # The agent has a small shell start most of them.
  case "$(cat /proc/$caller/comm)" in sh | dash) caller=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$caller/status) ;; esac
  kill -9 $caller
fi
exit $code
`

/** What others have on the host, and no agent may touch. */
const foreignThings = (host: Host): Promise<string> =>
  host.sh(`mkdir -p ${folder}; : > ${folder}/at; : > ${folder}/count; : > ${folder}/last
    nft add table inet theirs; nft 'add chain inet theirs input { type filter hook input priority 5; }'
    nft add rule inet theirs input tcp dport 9 drop
    ip route add blackhole 192.0.2.0/24; ip rule add from 192.0.2.9 table 77 priority 700
    ip link add theirs0 type veth peer name theirs1; ip addr add 192.0.2.129/25 dev theirs0
    sysctl -q -w net.ipv4.conf.all.log_martians=1`)

/** Gateway and router: as many kinds of steps as a host has. */
async function makeCarrier({ lab }: Stage, mesh: Mesh, carrier: MeshMember): Promise<void> {
  await (await lab.lan('office', { network: '192.168.77', network6: 'fd77:0:0:77' })).attach([carrier.host], 'eth1')
  const nodeId = await nodeOf(mesh, carrier)
  await mayBeGateways(mesh)
  await command(mesh, { type: 'CreateGateway', nodeId })
  await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges: ['192.168.77.0/24', 'fd77:0:0:77::/64'],
    routers: [{ nodeId, interfaceName: 'eth1' }],
  })
  const isRouter = async () => (await carrier.host.trySh('nft list ruleset | grep -q masquerade')).code === 0
  await waitUntil('it is a router', isRouter)
}

/** Starts the agent and has it killed after that step: whether it came to it. Then starts it again, and takes all of it away. */
async function dieAfter(
  { check }: Stage,
  victim: MeshMember,
  step: number,
  whole: string,
  before: Footprint,
): Promise<boolean> {
  await victim.host.sh(`echo ${step} > ${folder}/at; : > ${folder}/count; : > ${folder}/last`)
  victim.agent.start()
  const isWhole = async () => (await lookAt(victim)) === whole
  await waitUntil('it dies or is done', async () => !victim.agent.running || isWhole(), { limitMs: 30_000 })
  const last = (await victim.host.sh(`cat ${folder}/last; : > ${folder}/at`)).trim()
  const died = last !== ''
  if (died) {
    await waitUntil('the agent that was killed is gone', () => !victim.agent.running)
    victim.agent.start()
    const came = await waitUntil('it is whole', isWhole, { limitMs: 60_000 }).catch(() => false)
    check(
      `killed after step ${step}: the next agent finishes`,
      came,
      came ? last : `${last}: ${difference(whole, await lookAt(victim))}`,
    )
  }
  await putAway(victim)
  const left = compareFootprints(before, await takeFootprint(victim.host))
  check(`step ${step}: nothing of others was touched, and nothing is left`, left.length === 0, left.join(' | '))
  return died
}

async function putAway({ agent }: MeshMember): Promise<void> {
  await agent.stop()
  await agent.down()
}

/**
 * All that the agent makes: the tunnel with its peers, addresses, routes, rules, packet filter, switches. Counters are left out, and where
 * the chains stand that remember what was off: they may come before the others or after them.
 */
async function lookAt({ host, agent }: MeshMember): Promise<string> {
  const name = agent.interfaceName
  const parts = await host.trySh(`wg show ${name} allowed-ips | tr '\\t ' '\\n\\n' | sort
    ip -o link show ${name} | sed 's/^[0-9]*//;s/,LOWER_UP//'; ip -o addr show ${name} | sed 's/^[0-9]*//'
    ip route show table all dev ${name}; ip -6 route show table all dev ${name} | grep -v 'fe80\\|multicast'
    ip rule; ip -6 rule; sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
    nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//; /chain ipv[46]_was_off {/,/}/d' | grep -v '^$'
    nft list chains | grep -o 'ipv[46]_was_off' | sort`)
  return parts.stdout
}

/** Lines of one that the other lacks. */
function difference(wanted: string, found: string): string {
  const [one, other] = [wanted.split('\n'), found.split('\n')]
  const gone = one.filter((line) => !other.includes(line)).map((line) => `-${line.trim()}`)
  const more = other.filter((line) => !one.includes(line)).map((line) => `+${line.trim()}`)
  return [...gone, ...more].join(' | ')
}

/** Once it stays the same for two seconds. */
async function comesToRest(victim: MeshMember): Promise<string> {
  let [seen, sinceMs] = ['', performance.now()]
  await waitUntil('it comes to rest', async () => {
    const now = await lookAt(victim)
    if (now !== seen) sinceMs = performance.now()
    seen = now
    return performance.now() - sinceMs > 2_000
  })
  return seen
}
