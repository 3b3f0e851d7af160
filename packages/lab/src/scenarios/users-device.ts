/** Devices of a person, by files: what they reach is what the person may reach, and they end with the person. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, knock } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { connectPhone, type Phone } from './phone.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf } from './server-view.js'
import { startCast } from './start-mesh.js'

export const usersDevice: Scenario = {
  name: 'users-device',
  summary: 'devices of a user reach what the user may reach and nothing else, until they or the user are gone',
  rows: ['G3', 'G7'],
  async play(stage) {
    const { mesh, gateway, open, shut } = await userMesh(stage)
    const userId = await newUser(mesh, 'ada')
    const connected = (deviceId: string) =>
      connectPhone(stage, mesh, gateway, { hostName: deviceId, type: 'ConnectDevice', userId, deviceId })
    const [phone, laptop] = [await connected('phone'), await connected('laptop')]
    for (const { host } of [phone, laptop]) await waitUntil(`${host.name} has a session`, () => hasSession(host))
    stage.check('before any policy it reaches nobody', !(await reaches(phone, open)))
    await command(mesh, {
      type: 'AddPolicy',
      networkId: mesh.networkId,
      name: 'ada',
      sources: [{ kind: 'user', userId }],
      destinations: [{ kind: 'node', nodeId: open.nodeId }],
      traffic: [{ protocol: 'any' }],
    })
    for (const device of [phone, laptop]) {
      const came = await becomes(() => reaches(device, open), true)
      stage.check(`${device.host.name} reaches what its user may reach`, came)
      stage.check(`${device.host.name} reaches nothing else`, !(await reaches(device, shut)))
    }
    await command(mesh, { type: 'DisableClient', clientId: phone.clientId })
    stage.check('disabled, the phone reaches it no more', await becomes(() => reaches(phone, open), false))
    stage.check('the laptop still does', await reaches(laptop, open))
    const removedAt = performance.now()
    await command(mesh, { type: 'RemoveUser', userId, byUserId: null })
    stage.check('with the user the laptop is out', await becomes(() => reaches(laptop, open), false))
    // The last try waited for an answer.
    stage.metric('out-after-ms', Math.max(0, Math.round(performance.now() - removedAt - knockMs)))
    await checkNobodyIsLeft(stage, mesh, gateway, [phone, laptop])
  },
}

interface Answerer {
  readonly member: MeshMember
  readonly nodeId: string
  readonly address: string
}

const port = 80
const knockMs = 900

/** A gateway and two nodes that answer; nobody may reach anybody. */
async function userMesh(
  stage: Stage,
): Promise<{ readonly mesh: Mesh; readonly gateway: MeshMember } & Readonly<Record<'open' | 'shut', Answerer>>> {
  const { mesh, gateway, ...nodes } = await startCast(stage, ['gateway', 'open', 'shut'])
  await mayBeGateways(mesh)
  await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
  const answerer = async (member: MeshMember): Promise<Answerer> => {
    await answerOn(member.host, { ports: [port] })
    return { member, nodeId: await nodeOf(mesh, member), address: await mesh.address(member) }
  }
  const [open, shut] = [await answerer(nodes.open), await answerer(nodes.shut)]
  await command(mesh, { type: 'SwitchDefaultPolicy', networkId: mesh.networkId, everyoneAllowed: false })
  const isClosed = async () => !(await isAnswered(gateway.host, open))
  await waitUntil('nobody reaches anybody', isClosed)
  return { mesh, gateway, open, shut }
}

async function newUser(mesh: Mesh, login: string): Promise<string> {
  const added = await command(mesh, {
    type: 'AddUser',
    login,
    displayName: login,
    role: 'user',
    signIn: { kind: 'password' },
    byUserId: null,
    networkIds: [mesh.networkId],
  })
  const userId = added.events[0]?.userId
  if (userId === undefined) throw new Error(`${login} was not added.`)
  return userId
}

const isAnswered = async (from: Host, { address }: Answerer): Promise<boolean> =>
  (await knock(from, [{ from: null, to: address, protocol: 'tcp', port }], knockMs))[0] === true

/** Without one it would reach nobody for that reason alone. */
const hasSession = async (host: Host): Promise<boolean> =>
  /\t[1-9]\d*$/m.test(await host.sh('wg show phone0 latest-handshakes'))

const reaches = ({ host }: Phone, to: Answerer): Promise<boolean> => isAnswered(host, to)

/** Whether it comes to that within 15 s: a first handshake may take some. */
const becomes = (look: () => Promise<boolean>, wanted: boolean): Promise<boolean> =>
  waitUntil('it comes to that', async () => (await look()) === wanted, { limitMs: 15_000 }).catch(() => false)

async function checkNobodyIsLeft(
  { check }: Stage,
  mesh: Mesh,
  gateway: MeshMember,
  devices: readonly Phone[],
): Promise<void> {
  const { peers } = await mesh.tunnel(gateway)
  const left = devices.filter(({ address }) => peers.some(({ allowedIps }) => allowedIps.includes(`${address}/32`)))
  check('the gateway has no peer for either', left.length === 0, left.map(({ host }) => host.name).join())
  const removed = (await eventsOf(mesh.server)).flatMap(({ type, data }) =>
    type === 'ClientRemoved' ? [data.clientId] : [],
  )
  const isTold = devices.every(({ clientId }) => removed.includes(clientId))
  check('the log says of each device that it went', isTold, removed.join())
}
