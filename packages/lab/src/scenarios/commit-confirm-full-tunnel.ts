/**
 * A10 with a full tunnel, on real packets. What goes to the server stays outside it, whatever becomes of the gateway; only a host that
 * reaches its server by a way that it can't know of, such as a forwarder of its own, is cut off, and takes the tunnel back. A server that
 * is gone for everybody is no reason to.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { waitUntil } from '../wait-until.js'
import {
  isConfirmed,
  isConnected,
  isReverted,
  isShownAs,
  isShownDiverged,
  judgedMs,
  patience,
  revertedOf,
  windowed,
} from './diverged-host.js'
import { isSeenAs, publicAddresses, routeAll } from './internet-mesh.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { openWeb } from './outside.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

interface World {
  readonly mesh: Mesh
  readonly gateway: MeshMember
  /** Knows where its server is. */
  readonly direct: MeshMember
  /** Knows a forwarder of its own. */
  readonly forwarded: MeshMember
  readonly web: Awaited<ReturnType<typeof openWeb>>
}

export const commitConfirmFullTunnel: Scenario = {
  name: 'commit-confirm-full-tunnel',
  summary:
    'all traffic through an internet gateway that is dead: the server stays outside the tunnel, a host that is cut off takes it back; a server gone for all is no reason to',
  rows: ['A10', 'D5'],
  slowSeconds: 97,
  async play(stage) {
    const world = await startWorld(stage)
    await gatewayIsDead(stage, world)
    await gatewayIsBack(stage, world)
    await serverIsGoneForAll(stage, world)
  },
}

async function startWorld(stage: Stage): Promise<World> {
  const mesh = await startMesh(stage, 2, windowed)
  const hosts = await stage.lab.publicHosts(['h3'])
  for (const host of hosts) await forward(host, mesh)
  await mesh.admit(hosts, {}, forwarderUrl)
  await mesh.waitForTunnels()
  await mesh.pingMatrix()
  const web = await openWeb(stage.lab)
  const [gateway, direct, forwarded] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  await mayBeGateways(mesh)
  const nodeId = await nodeOf(mesh, gateway)
  await command(mesh, { type: 'CreateGateway', nodeId })
  const connectNodeIds = await Promise.all([direct, forwarded].map((member) => nodeOf(mesh, member)))
  await command(mesh, { type: 'EnableInternetGateway', nodeId, connectNodeIds })
  await Promise.all([direct, forwarded].map(isConfirmed))
  return { mesh, gateway, direct, forwarded, web }
}

const forwarderPort = 7499
const forwarderUrl = `http://127.0.0.1:${forwarderPort}`

/** Who finds nobody behind it is refused by the host itself: it listens as long as its own way to the server answers. */
const forwardText = `
const net = require('node:net')
const server = { host: process.argv[1], port: 7400 }
const open = new Set()
const door = net.createServer((near) => {
  const far = net.connect(server)
  open.add(near.on('close', () => open.delete(near)))
  near.pipe(far).pipe(near)
  for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => {}).on('close', () => other.destroy())
})
let missed = 0
function answered() {
  missed = 0
  if (!door.listening) door.listen(${forwarderPort}, '127.0.0.1', () => console.log('ready'))
}
function unanswered() {
  missed += 1
  if (missed < 2 || !door.listening) return
  door.close()
  for (const near of open) near.destroy()
}
function ask() {
  const far = net.connect(server, () => { answered(); far.destroy() })
  far.setTimeout(1000, () => far.destroy(new Error('no answer'))).on('error', unanswered)
}
ask()
setInterval(ask, 1500)
`

/** As an SSH client does that forwards a port and is kept alive: whoever connects to the host itself is connected to the server. */
async function forward(host: Host, { server }: Mesh): Promise<void> {
  const forwarder = host.spawn(process.execPath, ['-e', forwardText, server.plan.address])
  let said = ''
  forwarder.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(`${host.name} forwards`, () => said.includes('ready') || undefined)
}

async function gatewayIsDead(stage: Stage, { mesh, gateway, direct, forwarded, web }: World): Promise<void> {
  stage.tell('the internet gateway dies, and two hosts are told to send everything through it')
  await stage.lab.inet.isolate(gateway.host)
  const startedAt = performance.now()
  for (const member of [direct, forwarded]) await routeAll(mesh, member, true)
  await isReverted(stage, forwarded, { section: 'full-tunnel', metric: 'revert-ms' })
  await isShownDiverged(stage, mesh, forwarded)
  const isOut = await isSeenAs(forwarded.host, { web }, publicAddresses(stage, forwarded))
  stage.check('what it sends leaves by its own uplink again', isOut)
  await pause(Math.max(0, startedAt + judgedMs - performance.now()))
  await isConfirmed(direct)
  const isKept = (await revertedOf(direct.agent)).length === 0 && (await isConnected(direct.agent))
  stage.check('the other one reaches its server outside the tunnel, and keeps that', isKept)
  const isClosed = await isSeenAs(direct.host, { web }, ['-', '-'])
  stage.check('which lets nothing else out', isClosed)
}

async function gatewayIsBack(stage: Stage, { mesh, gateway, direct, forwarded, web }: World): Promise<void> {
  await stage.lab.inet.restore(gateway.host)
  const addresses = publicAddresses(stage, gateway)
  stage.check('the gateway is back: the other one is seen as it', await isSeenAs(direct.host, { web }, addresses))
  await forwarded.agent.retry()
  stage.check('tried again, so is the one that took it back', await isSeenAs(forwarded.host, { web }, addresses))
  await isConfirmed(forwarded)
  const isShown = await isShownAs(mesh, forwarded, 'applied')
  stage.check('which it keeps, and the server shows it as any other', isShown, await revertedText(forwarded))
}

const revertedText = async ({ agent }: MeshMember): Promise<string> => (await revertedOf(agent)).join()

async function serverIsGoneForAll(stage: Stage, { mesh, gateway, direct, web }: World): Promise<void> {
  await routeAll(mesh, direct, false)
  stage.check('switched off, it is seen itself', await isSeenAs(direct.host, { web }, publicAddresses(stage, direct)))
  await isConfirmed(direct)
  stage.tell('the server’s machine goes dark inside the window of a full tunnel')
  await routeAll(mesh, direct, true)
  const addresses = publicAddresses(stage, gateway)
  const isThrough = await isSeenAs(direct.host, { web }, addresses)
  await stage.lab.inet.isolate(mesh.server.host)
  await pause(judgedMs + 10_000)
  const isAway = !(await isConnected(direct.agent))
  const reverted = await revertedText(direct)
  stage.check(
    'a server that nobody reaches is no reason to take it back',
    isThrough && isAway && reverted === '',
    reverted,
  )
  stage.check('all goes through the gateway still', await isSeenAs(direct.host, { web }, addresses))
  await stage.lab.inet.restore(mesh.server.host)
  await waitUntil('it is connected', async () => (await isConnected(direct.agent)) || undefined, patience)
  await isConfirmed(direct)
  stage.check('the server is back, and the tunnel is kept', (await revertedText(direct)) === '')
}
