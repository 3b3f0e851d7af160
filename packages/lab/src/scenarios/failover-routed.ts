/** Two routers lead to one LAN without NAT; what is asked there goes by one of them, and answers have to follow. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { TcpStream } from '../net/tcp-stream.js'
import { waitUntil } from '../wait-until.js'
import { awayLimitSeconds, checkSilence } from './failover-limits.js'
import { command, nodeOf } from './mesh-commands.js'
import { killGateway } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import type { ServerChoice } from './server-choice.js'
import { startCast } from './start-mesh.js'

const range = '192.168.77.0/24'
const toldPort = 9
/** A router says that it has its LAN again when it has seen it so for ten seconds (E6); it looks every ten at least. */
const heldSeconds = 10
const recoveredWithinMs = 40_000

export const egressFailoverRouted = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `egress-failover-routed${name}`,
  rows: ['E6', 'F3'],
  slowSeconds: 30,
  summary: `of two routers without NAT one loses its LAN, has it again, and dies, with the server ${phrase}: TCP goes on by the other, and back`,
  async play(stage) {
    const told = join(stage.lab.dataFolder, 'tell-the-lan')
    const { mesh, first, second, user } = await startCast(stage, ['first', 'second', 'user'], {
      runOptions: ['--on-active-router', told],
    })
    const lan = await openLan(stage, [first, second], told)
    await addRoutedEgress(mesh, [first, second])
    const goesBy = (router: MeshMember, limitMs = awayLimitSeconds * 1_000) =>
      waitUntil(`the LAN answers by ${router.name}`, async () => (await lan.router()) === router.name || undefined, {
        limitMs,
      }).catch(() => false as const)
    stage.check('the LAN was told of the first router', (await goesBy(first, 20_000)) === true)
    await waitUntil('the machine is reached', () => reached(user.host, lan.address), { limitMs: 15_000 })
    const stream = await TcpStream.open(user.host, lan.machine, lan.address)
    if (!serverRuns) await mesh.server.stop()
    const moves = async (what: string, deed: () => Promise<unknown>, to: MeshMember, limitMs?: number) => {
      const startedAt = performance.now()
      await deed()
      stage.check(`${what}: the LAN is told of ${to.name} in time`, (await goesBy(to, limitMs)) === true)
      const seconds = (performance.now() - startedAt) / 1_000
      const before = stream.pieces
      await waitUntil('the connection goes on', () => stream.pieces > before + 20 || undefined).catch(() => undefined)
      stage.check(`${what}: the connection lives`, stream.isOpen && stream.pieces > before + 20)
      return seconds
    }
    await moves('the first router loses its LAN', () => first.host.ip(['link set eth1 down']), second)
    const plugIn = () => first.host.ip(['link set eth1 up'])
    const seconds = await moves('it has it again', plugIn, first, recoveredWithinMs)
    stage.check(`it waits for ${heldSeconds} s before it says so`, seconds >= heldSeconds, `${seconds.toFixed(2)} s`)
    await moves('the first router dies', () => killGateway(first), second)
    checkSilence(stage, stream)
    await stream.stop()
  },
})

async function addRoutedEgress(mesh: Mesh, routers: readonly MeshMember[]): Promise<void> {
  await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: 'office',
    ranges: [range],
    nat: false,
    returnRoute: 'external',
    routers: await Promise.all(
      routers.map(async (member, at) => ({
        nodeId: await nodeOf(mesh, member),
        interfaceName: 'eth1',
        metric: 10 * (at + 1),
      })),
    ),
  })
}

const reached = async (from: Host, address: string): Promise<true | undefined> =>
  (await from.trySh(`ping -n -c 1 -W 1 ${address}`)).code === 0 || undefined

/** Sends answers to whoever said last that it is the active router: an office's own routing, as small as it gets. */
const followRouters = `require('node:dgram').createSocket('udp4').on('message', (_, { address }) =>
  require('node:child_process').execFileSync('ip', ['route', 'replace', 'default', 'via', address])).bind(${toldPort}, () => console.log('ready'))`

async function openLan({ lab }: Stage, routers: readonly MeshMember[], program: string) {
  const office = await lab.lan('office', { network: '192.168.77' })
  const [machine] = await lab.hosts(['machine'])
  const ports = await office.attach(
    routers.map(({ host }) => host),
    'eth1',
  )
  const [place] = await office.attach([machine])
  const address = place?.ipv4 ?? ''
  await writeFile(program, `#!/bin/bash\n[ "$1" = standby ] || echo "$@" > /dev/udp/${address}/${toldPort}\n`)
  await chmod(program, 0o755)
  const following = machine.spawn(process.execPath, ['-e', followRouters])
  let said = ''
  following.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil('the LAN listens to its routers', () => said.includes('ready') || undefined)
  const router = async (): Promise<string | undefined> => {
    const route = await machine.sh('ip route show default')
    const at = ports.findIndex(({ ipv4 }) => route.includes(`via ${ipv4} `))
    return routers[at]?.name
  }
  return { machine, address, router }
}
