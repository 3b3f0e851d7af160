/** Two routers lead to one LAN, and one of them dies. */
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import { killGateway } from './relayed-mesh.js'
import type { Scenario } from './scenario.js'
import type { ServerChoice } from './server-choice.js'
import { startMesh } from './start-mesh.js'

/** Behind NAT connections end with their router; new ones work at once through the other. */
export const egressFailover = ({ name, phrase, serverRuns }: ServerChoice): Scenario => ({
  name: `egress-failover${name}`,
  rows: ['E6', 'F3'],
  summary: `of two masquerading routers the one in use dies, with the server ${phrase}: new connections go over the other`,
  async play(stage) {
    const mesh = await startMesh(stage, 3)
    await mesh.pingMatrix()
    const [first, second, user] = [mesh.member(0), mesh.member(1), mesh.member(2)]
    const office = await stage.lab.lan('office', { network: '192.168.77' })
    const [machine] = await stage.lab.hosts(['machine'])
    await office.attach([first.host, second.host], 'eth1')
    const [port] = await office.attach([machine])
    await answerOn(machine, { ports: [80] })
    const router = async (member: typeof first, metric: number) => ({
      nodeId: await nodeOf(mesh, member),
      interfaceName: 'eth1',
      metric,
    })
    await command(mesh, {
      type: 'AddEgress',
      networkId: mesh.networkId,
      name: 'office',
      ranges: ['192.168.77.0/24'],
      routers: [await router(first, 10), await router(second, 20)],
    })
    const tries = [{ from: null, to: port?.ipv4 ?? '', protocol: 'tcp' as const, port: 80 }]
    const isReached = async () => (await knock(user.host, tries)).every(Boolean)
    await waitUntil('the machine is reached', isReached, { limitMs: 15_000 })
    const holder = async () => {
      const { peers } = await mesh.tunnel(user)
      return peers.find(({ allowedIps }) => allowedIps.includes('192.168.77.0/24'))?.publicKey
    }
    const keyOfSecond = (await mesh.tunnel(second)).publicKey
    stage.check('through the first router', (await holder()) === (await mesh.tunnel(first)).publicKey)
    if (!serverRuns) await mesh.server.stop()
    const diedAt = performance.now()
    await killGateway(first)
    await waitUntil('the machine is reached again', isReached, { limitMs: 20_000 })
    const seconds = Math.round((performance.now() - diedAt) / 100) / 10
    stage.metric('new-connection-after-s', seconds)
    stage.check('new connections work within 10 s', seconds < 10, `${seconds} s`)
    stage.check('through the second router', (await holder()) === keyOfSecond)
  },
})
