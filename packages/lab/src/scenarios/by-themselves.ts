/** What hosts do without being told again: come back from a reboot without a server, put right what others changed. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { HostProcess } from '../net/host-process.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast, startMesh } from './start-mesh.js'

export const serverDownReboot: Scenario = {
  name: 'server-down-reboot',
  summary:
    'hosts reboot while the server is down, one with a full disk, one with a read-only one, one with its port taken: they come up from their last config, and the mesh is there',
  rows: ['A8'],
  async play(stage) {
    const mesh = await startMesh(stage, 3)
    await mesh.pingMatrix()
    await mesh.server.stop()
    const [portless, full, readOnly] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    const port = await listenPort(portless)
    for (const member of mesh.members) await forgetRunning(member)
    const other = await takePort(portless, port)
    await onOwnDisk(full, `head -c 1M /dev/zero > filler; test -e filler`)
    await onOwnDisk(readOnly, "printf 'half a line' >> config.journal; mount -o remount,ro .")
    const startedAt = performance.now()
    for (const { agent } of mesh.members) agent.start()
    await mesh.waitForTunnels()
    stage.metric('tunnels-again-ms', Math.round(performance.now() - startedAt))
    for (const family of ['ipv4', 'ipv6'] as const) {
      // Where the kernel has WireGuard, a port that is taken shows when the link goes up: until the next one is tried it is down.
      const all = async () => (await mesh.pingMatrix(family)).reachable === 6 || undefined
      const isWhole = await waitUntil('everybody reaches everybody', all, { limitMs: 15_000 }).catch(() => false)
      stage.check(`everybody reaches everybody over ${family}, without the server`, isWhole === true)
    }
    const { server } = (await full.agent.status()) as { server: { connected: boolean } }
    stage.check('with a full disk an agent can be asked', !server.connected)
    const differing = async () =>
      ((await portless.agent.status()) as { differences: readonly string[] }).differences.join(', ')
    const differences = await differing()
    const words = `listenPort is ${await listenPort(portless)} instead of ${port}`
    stage.check('whose port is taken says that it is at another', differences === words, differences)
    await mesh.server.start()
    const settled = await waitUntil('the mesh knows', async () => (await differing()) === '', {
      limitMs: 20_000,
    }).catch(() => false)
    stage.check('and the mesh gives it that one when the server is back', settled)
    await other.kill('SIGKILL')
    await readOnly.agent.stop()
    for (const { name, agent } of [full, readOnly]) {
      await agent.down()
      stage.check(`${name} goes down when it is told to`, (await agent.tunnel()) === undefined)
    }
  },
}

/** Moves what an agent keeps to a small disk of its own, of which something becomes. */
async function onOwnDisk({ host, agent }: MeshMember, andThen: string): Promise<void> {
  await host.sh(`cd ${agent.stateFolder} && cp -a . /run/kept && mount -t tmpfs -o size=128k,mode=0700 tmpfs . &&
cd ${agent.stateFolder} && cp -a /run/kept/. . && { ${andThen}; }; cd /`)
}

const listenPort = async ({ host, agent }: MeshMember): Promise<number> =>
  Number(await host.sh(`wg show ${agent.interfaceName} listen-port`))

/** Another program was quicker. */
async function takePort({ host }: MeshMember, port: number): Promise<HostProcess> {
  const other = host.spawn(process.execPath, ['-e', `require('node:dgram').createSocket('udp6').bind(${port})`])
  await waitUntil('the port is taken', async () => (await host.sh('ss -Huln')).includes(`:${port}`))
  return other
}

/** As a reboot does: nothing that ran is left, and everything on disk. */
async function forgetRunning({ host, agent }: MeshMember): Promise<void> {
  await agent.kill()
  await host.sh(`ip link del ${agent.interfaceName}; nft flush ruleset`)
}

export const drift: Scenario = {
  name: 'drift',
  summary:
    'somebody deletes a route, a peer and the packet filter of a host, then gives its interface another name: all of it comes back',
  rows: ['E3'],
  async play(stage) {
    const { mesh, member, other } = await startCast(stage, ['member', 'other', 'third'])
    const isWhole = await wholeness(mesh, member)
    stage.check('routes, peers and the packet filter are there', await isWhole())
    const { publicKey } = await mesh.tunnel(other)
    const { interfaceName } = member.agent
    await member.host.sh(`wg set ${interfaceName} peer ${publicKey} remove`)
    await member.host.sh(`ip route flush dev ${interfaceName}; nft delete table inet meshfold_${interfaceName}`)
    stage.check('then they are not', !(await isWhole()))
    const deletedAt = performance.now()
    const back = await waitUntil('all of it is back', isWhole, { limitMs: 30_000 }).catch(() => false)
    stage.metric('put-right-ms', Math.round(performance.now() - deletedAt))
    stage.check('all of it is back', back)
    const reached = await waitUntil('it is reached', async () => ping(member.host, await mesh.address(other), 7))
    stage.check('and packets go there again', reached > 0)
    await renamed(stage, mesh, isWhole)
  },
}

/** By its name packet filters know it: under another one its packets meet none. */
async function renamed(stage: Stage, mesh: Mesh, isWhole: () => Promise<boolean>): Promise<void> {
  const [{ host, agent }, other] = [mesh.member(0), mesh.member(1)]
  // Kernels before 6.2 rename only what is down.
  const as = (name: string) =>
    host.sh(`ip -batch - <<'END'
link set ${agent.interfaceName} down
link set ${agent.interfaceName} name ${name}
link set ${name} up
END`)
  await as('other0')
  const renamedAt = performance.now()
  const isBack = async () => (await agent.tunnel()) !== undefined && (await isWhole())
  const back = await waitUntil('it is made anew', isBack, { limitMs: 30_000 }).catch(() => false)
  stage.metric('made-anew-ms', Math.round(performance.now() - renamedAt))
  stage.check('the interface has its own name again, and all that it had', back)
  const links = await host.sh('ls /sys/class/net')
  stage.check('and there is no other', !links.includes('other0'), links.split('\n').join(' '))
  const reached = await waitUntil('it is reached', async () => ping(host, await mesh.address(other), 7))
  stage.check('packets go there again after the other name', reached > 0)
  await agent.stop()
  await as('other0')
  await agent.down()
  const left = await host.sh('ls /sys/class/net; ls /run/wireguard')
  stage.check('under another name it goes down too', !/other0|wg/.test(left), left.split('\n').join(' '))
}

/** Whether routes, peers and the packet filter of a member are as they are now. */
async function wholeness(mesh: Mesh, { host, agent }: MeshMember): Promise<() => Promise<boolean>> {
  const look = async () => {
    const { peers } = (await agent.tunnel()) ?? { peers: [] }
    const routes = await host.sh(
      `ip -4 route show dev ${agent.interfaceName}; ip -6 route show dev ${agent.interfaceName}`,
    )
    const filter = await host.trySh(`nft -t list table inet meshfold_${agent.interfaceName}`)
    const keys = peers.map(({ publicKey, allowedIps }) => `${publicKey} ${[...allowedIps].sort().join()}`)
    return [...keys.sort(), ...routes.split('\n').sort(), filter.code].join('\n')
  }
  const whole = await look()
  return async () => (await look()) === whole && (await mesh.tunnel(mesh.member(0))).peers.length > 0
}
