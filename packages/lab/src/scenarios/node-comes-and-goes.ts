/** A node that is put aside by command, or whose time runs out: its peers lose it, and it comes back as it was. */
import type { LogLine } from '../mesh/log-lines.js'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { waitUntil } from '../wait-until.js'
import { command, hasPeers, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'
import { checkStreams, startCast, startStreams } from './start-mesh.js'

export const nodeComesAndGoes: Scenario = {
  name: 'node-comes-and-goes',
  rows: ['A5'],
  summary:
    'a node is disconnected, expires and is removed: each time its peers lose it, the others never notice, and twice it comes back as it was',
  async play(stage) {
    // What falls due is looked for as often as that.
    const options = { serveOptions: ['--away-after', '1'] }
    const { mesh, one, other, third } = await startCast(stage, ['one', 'other', 'third'], options)
    const [nodeId, address] = [await nodeOf(mesh, third), await mesh.address(third)]
    const streams = await startStreams(mesh, [
      [one, other],
      [other, one],
    ])
    await command(mesh, { type: 'DisconnectNode', nodeId })
    await isLost(stage, 'disconnected', mesh, third, address)
    await command(mesh, { type: 'ConnectNode', nodeId })
    await isBack(stage, 'connected again', mesh, third, address)
    await command(mesh, { type: 'UpdateNode', nodeId, expiresAtEpochMs: Date.now() + 1_000 })
    await isLost(stage, 'expired', mesh, third, address)
    await command(mesh, { type: 'UpdateNode', nodeId, expiresAtEpochMs: null })
    await isBack(stage, 'with time again', mesh, third, address)
    const { hostId } = await hostNamed(mesh.server, third.name)
    await command(mesh, { type: 'RemoveHost', hostId })
    await isLost(stage, 'removed', mesh, third, address)
    await third.agent.stop()
    const said = (await third.agent.logLines()).length
    third.agent.start()
    await waitUntil('it is refused', async () => (await third.agent.logLines()).slice(said).some(isRefused))
    await isLost(stage, 'started again with its old identity', mesh, third, address)
    await checkStreams(stage, 'the others talk all the time', streams, 1)
  },
}

const isRefused = ({ code }: LogLine): boolean => code === 'authentication-failed'

/** Nobody has it as a peer, and no packet comes to it or from it. */
export async function isLost(
  stage: Stage,
  how: string,
  mesh: Mesh,
  member: MeshMember,
  address: string,
): Promise<void> {
  const others = mesh.members.filter((each) => each !== member)
  const startedAt = performance.now()
  const peers = others.map((each) => hasPeers(mesh, each, others.length - 1))
  const areLost = await Promise.all(peers).then(
    () => true,
    () => false,
  )
  stage.metric(`${how.replaceAll(' ', '-')}-ms`, Math.round(performance.now() - startedAt))
  stage.check(`${how}: its peers lose it`, areLost)
  const own = await Promise.all(others.map((each) => mesh.address(each)))
  const [answers, out] = await Promise.all([
    Promise.all(others.map(({ host }) => isAnswered(host, address))),
    Promise.all(own.map((to) => isAnswered(member.host, to))),
  ])
  stage.check(`${how}: nobody reaches it`, !answers.includes(true))
  stage.check(`${how}: it reaches nobody`, !out.includes(true))
}

/** Several of one host at the same time. */
const isAnswered = async (from: Host, address: string): Promise<boolean> =>
  (await from.run('ping', ['-n', '-c', '1', '-W', '1', address])).code === 0

/** With the address that it had, for everybody. */
async function isBack(stage: Stage, how: string, mesh: Mesh, member: MeshMember, address: string): Promise<void> {
  const startedAt = performance.now()
  const others = mesh.members.filter((each) => each !== member)
  await Promise.all(mesh.members.map((each) => hasPeers(mesh, each, others.length)))
  stage.metric(`${how.replaceAll(' ', '-')}-ms`, Math.round(performance.now() - startedAt))
  const now = await waitUntil('it has an address', () => mesh.address(member).catch(() => undefined))
  stage.check(`${how}: it has the address that it had`, now === address, now)
  for (const family of ['ipv4', 'ipv6'] as const) {
    const { reachable, pairs } = await mesh.pingMatrix(family)
    stage.check(`${how}: everybody reaches everybody over ${family}`, reachable === pairs, `${reachable} of ${pairs}`)
  }
}
