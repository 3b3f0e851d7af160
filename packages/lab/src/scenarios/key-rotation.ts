/** Hosts change their WireGuard keys while packets flow, and whatever dies on the way (A11). */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { PingStream } from '../net/ping.js'
import { patient } from '../patience.js'
import { waitUntil } from '../wait-until.js'
import { relayedMesh } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { eventsOf, hostNamed } from './server-view.js'
import { startCast } from './start-mesh.js'

const intervalMs = 50
/** With the server up, pairs are back within it (A11). */
const mostAwayMs = 10_000

export const keyRotation: Scenario = {
  name: 'key-rotation',
  summary: 'a host, a relayed one and their gateway get other WireGuard keys while packets flow',
  rows: ['A11'],
  async play(stage) {
    const { mesh, first: gateway, second, third, node } = await relayedMesh(stage, { relayed: 1 })
    const old = await secretsOf(mesh)
    await rotateUnderPings(stage, mesh, third, 'direct', [
      [third, gateway],
      [second, third],
      [third, node],
      [node, third],
    ])
    await rotateUnderPings(stage, mesh, node, 'relayed', [
      [node, third],
      [third, node],
      [gateway, node],
    ])
    await rotateUnderPings(stage, mesh, gateway, 'gateway', [
      [node, third],
      [third, node],
      [gateway, second],
    ])
    const { reachable, pairs } = await mesh.pingMatrix('ipv6')
    stage.check('everybody reaches everybody afterwards', reachable === pairs, `${reachable} of ${pairs}`)
    const left = (await secretsOf(mesh)).filter((secret) => old.includes(secret))
    stage.check('no old key is left on a disk', left.length === mesh.members.length - 3, `${left.length} are as before`)
    await checkNoSecrets(stage, mesh, [...old, ...(await secretsOf(mesh))])
  },
}

export const keyRotationCrashes: Scenario = {
  name: 'key-rotation-crashes',
  summary: 'the server is away, then the agent is killed while its host changes its key: the host keeps one that works',
  rows: ['A11'],
  async play(stage) {
    const { mesh, one, other } = await startCast(stage, ['one', 'other', 'third'])
    await serverAway(stage, mesh, one, other)
    await agentKilled(stage, mesh, one, other)
    const rotated = (await eventsOf(mesh.server)).filter(({ type }) => type === 'HostKeyRotated')
    stage.check('each time the mesh heard of one key', rotated.length === 2, `${rotated.length} events`)
    const { reachable, pairs } = await mesh.pingMatrix()
    stage.check('everybody reaches everybody afterwards', reachable === pairs, `${reachable} of ${pairs}`)
  },
}

/** The key is made while nobody can be told, the agent dies and starts again, and all goes on under the old key until the server is back. */
async function serverAway(stage: Stage, mesh: Mesh, one: MeshMember, other: MeshMember): Promise<void> {
  const { publicKey: before } = await mesh.tunnel(one)
  await mesh.server.kill()
  const { state, wireguardKey } = await one.agent.rotateKey()
  stage.check('without a server the new key waits', state === 'waiting', state)
  await one.agent.kill()
  await one.host.sh(`ip link del ${one.agent.interfaceName}`)
  one.agent.start()
  await waitUntil('its tunnel is back', async () => (await one.agent.tunnel())?.peers.length === 2 || undefined)
  stage.check('rebooted, it has the old key', (await mesh.tunnel(one)).publicKey === before)
  await reaches(stage, mesh, one, other, 'it is reached under the old key')
  await mesh.server.start()
  const startedAt = performance.now()
  await hasKey(mesh, one, wireguardKey)
  await reaches(stage, mesh, one, other, 'with the server back it is reached under the new key')
  stage.metric('told-after-return-ms', Math.round(performance.now() - startedAt))
  // Until then, who asks for another key is given this one.
  stage.check('the old key is gone from its disk', await holdsOneKey(one), (await keyFiles(one)).join(' '))
}

/** The server has taken the key, and the agent dies before its interface has it. */
async function agentKilled(stage: Stage, mesh: Mesh, one: MeshMember, other: MeshMember): Promise<void> {
  const { wireguardKey: before } = await hostNamed(mesh.server, one.name)
  const asked = one.agent.rotateKey().catch(() => undefined)
  const taken = async () => {
    const { wireguardKey } = await hostNamed(mesh.server, one.name)
    return wireguardKey === before ? undefined : wireguardKey
  }
  const wireguardKey = await waitUntil('the server has taken it', taken, { everyMs: 10 })
  await one.agent.kill()
  await asked
  const isBefore = (await mesh.tunnel(one)).publicKey === before
  stage.tell(`killed ${isBefore ? 'before' : 'after'} its interface had the new key`)
  one.agent.start()
  const startedAt = performance.now()
  await hasKey(mesh, one, wireguardKey)
  await reaches(stage, mesh, one, other, 'the next agent gives it the key that the server knows')
  stage.metric('finished-after-kill-ms', Math.round(performance.now() - startedAt))
  stage.check('the old key is gone from its disk again', await holdsOneKey(one), (await keyFiles(one)).join(' '))
}

function holdsOneKey(member: MeshMember): Promise<boolean> {
  const isOne = async () => (await keyFiles(member)).join() === 'identity,wireguard' || undefined
  return waitUntil('it holds one key', isOne, { limitMs: 20_000 }).catch(() => false)
}

const hasKey = (mesh: Mesh, member: MeshMember, key: string): Promise<true> =>
  waitUntil(`${member.name} has its new key`, async () => (await mesh.tunnel(member)).publicKey === key || undefined, {
    limitMs: 20_000,
  })

async function reaches(stage: Stage, mesh: Mesh, one: MeshMember, other: MeshMember, what: string): Promise<void> {
  const [to, back] = [await mesh.address(other), await mesh.address(one)]
  const answers = async (from: MeshMember, address: string) =>
    (await from.host.trySh(`ping -n -c 1 -W 1 ${address}`)).code === 0
  const both = async () => ((await answers(one, to)) && (await answers(other, back))) || undefined
  const reached = await waitUntil(what, both, { limitMs: mostAwayMs }).catch(() => false)
  stage.check(what, reached === true)
}

/** How long packets are lost each way while one member's key changes. */
async function rotateUnderPings(
  { check, metric, tell }: Stage,
  mesh: Mesh,
  member: MeshMember,
  what: string,
  pairs: readonly (readonly [MeshMember, MeshMember])[],
): Promise<void> {
  const before = await mesh.tunnel(member)
  const streams = await Promise.all(
    pairs.map(async ([from, to]) => ({
      name: `${from.name}→${to.name}`,
      stream: new PingStream(from.host, await mesh.address(to), intervalMs),
    })),
  )
  const answers = () => streams.every(({ stream }) => stream.soFar.received > 10) || undefined
  await waitUntil('pings flow', async () => answers())
  tell(`${member.name}, ${what}, gets another key`)
  const startedAt = performance.now()
  const { state, wireguardKey } = await (what === 'gateway' ? askedFor(mesh, member) : member.agent.rotateKey())
  metric(`${what}-rotated-ms`, Math.round(performance.now() - startedAt))
  const counts = streams.map(({ stream }) => stream.soFar.received)
  await waitUntil(
    'pings flow again',
    async () => streams.every(({ stream }, at) => stream.soFar.received > (counts[at] ?? 0) + 10) || undefined,
    { limitMs: 2 * mostAwayMs },
  )
  const lost = await Promise.all(streams.map(async ({ name, stream }) => ({ name, ...(await stream.stop()) })))
  const worst = Math.max(...lost.map(({ longestGap }) => longestGap))
  const detail = lost.map((each) => `${each.name} ${each.lost} of ${each.sent}`).join(', ')
  metric(`${what}-worst-gap-ms`, worst * intervalMs)
  metric(`${what}-lost-pings`, Math.max(...lost.map((each) => each.lost)))
  check(`${what}: packets pass again within 10 s`, worst * intervalMs <= patient(mostAwayMs), `lost ${detail}`)
  const after = await mesh.tunnel(member)
  check(`${what}: the interface has the new key`, state === 'rotated' && after.publicKey === wireguardKey, state)
  check(`${what}: another key than before`, after.publicKey !== before.publicKey)
  const sameInterface = after.interfaceIndex === before.interfaceIndex
  check(`${what}: the interface stays`, sameInterface, `${before.interfaceIndex} → ${after.interfaceIndex}`)
  const { wireguardKey: known } = await hostNamed(mesh.server, member.name)
  check(`${what}: the server knows it`, known === after.publicKey)
  check(`${what}: one key is left on its disk`, (await keyFiles(member)).join() === 'identity,wireguard')
}

/** An administrator wants it; answered once the mesh knows the key, which the interface then gets. */
async function askedFor({ server }: Mesh, member: MeshMember): Promise<{ state: string; wireguardKey: string }> {
  const { hostId } = await hostNamed(server, member.name)
  const { host } = await server.api.post<{ host: { wireguardKey: string } }>(`/api/v1/hosts/${hostId}/rotate-key`, {})
  const oneKey = async () => (await keyFiles(member)).length === 2 || undefined
  await waitUntil('its interface has the key', oneKey, { limitMs: mostAwayMs })
  return { state: 'rotated', wireguardKey: host.wireguardKey }
}

const keyFolder = ({ agent }: MeshMember): string => join(agent.stateFolder, 'keys')

const keyFiles = async (member: MeshMember): Promise<readonly string[]> => (await readdir(keyFolder(member))).sort()

/** Each member's WireGuard private key. */
const secretsOf = ({ members }: Mesh): Promise<readonly string[]> =>
  Promise.all(members.map(async (member) => (await readFile(join(keyFolder(member), 'wireguard'), 'utf8')).trim()))

async function checkNoSecrets({ check }: Stage, mesh: Mesh, secrets: readonly string[]): Promise<void> {
  const files = [mesh.server.logFile, ...mesh.members.map(({ agent }) => agent.logFile)]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const said = [...texts, JSON.stringify(await eventsOf(mesh.server))].join('\n')
  check(
    'no private key in a log or an event',
    secrets.every((secret) => !said.includes(secret)),
    `${said.length} characters`,
  )
}
