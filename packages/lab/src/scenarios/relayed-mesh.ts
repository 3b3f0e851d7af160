import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** A mesh with two gateways, third hosts that are reached directly, and nodes that are reached through the gateways. */
export interface RelayedMesh {
  readonly mesh: Mesh
  readonly first: MeshMember
  readonly second: MeshMember
  readonly third: MeshMember
  /** That one and the others like it. */
  readonly thirds: readonly MeshMember[]
  readonly relayed: readonly MeshMember[]
  /** The first of them. */
  readonly node: MeshMember
}

/** Each node has the first gateway, and the second one as its standby, those in `turned` the other way round; everybody reaches everybody. */
export async function relayedMesh(
  stage: Stage,
  {
    relayed: count,
    turned = [],
    thirds: thirdCount = 1,
  }: { readonly relayed: number; readonly turned?: readonly number[]; readonly thirds?: number },
): Promise<RelayedMesh> {
  const mesh = await startMesh(stage, 2 + thirdCount + count)
  await mesh.pingMatrix()
  const [first, second, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  const [thirds, relayed] = [mesh.members.slice(2, 2 + thirdCount), mesh.members.slice(2 + thirdCount)]
  const node = mesh.member(2 + thirdCount)
  await mayBeGateways(mesh)
  for (const gateway of [first, second])
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
  const isTurned = (node: MeshMember) => turned.includes(relayed.indexOf(node))
  for (const node of relayed) await assignGateways(mesh, node, isTurned(node) ? [second, first] : [first, second])
  for (const node of relayed) await isVia(mesh, node, isTurned(node) ? second : first)
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
  for (const gateway of [first, second]) await isHeard(mesh, gateway, relayed)
  return { mesh, first, second, third, thirds, relayed, node }
}

/** Waits until the member sends everything through that gateway. */
export const isVia = (mesh: Mesh, member: MeshMember, gateway: MeshMember, limitMs = 15_000): Promise<true> =>
  waitUntil(`${member.name} goes through ${gateway.name}`, () => goesThrough(mesh, member, gateway), { limitMs })

/** Whether all that the member sends into the mesh goes through that gateway now. */
export async function goesThrough(mesh: Mesh, member: MeshMember, gateway: MeshMember): Promise<boolean> {
  const { publicKey } = await mesh.tunnel(gateway)
  const { peers } = await mesh.tunnel(member)
  const holders = peers.filter(({ allowedIps }) => allowedIps.some((each) => each.startsWith('10.66.')))
  return holders.length === 1 && holders[0]?.publicKey === publicKey
}

/** As `kill -9` of everything that is WireGuard and the mesh on it. */
export async function killGateway({ host, agent }: MeshMember): Promise<void> {
  await agent.kill()
  await host.sh(`pkill -9 wireguard-go || ip link del ${agent.interfaceName}`)
}

/** The node is reached through these, best first. */
export const assignGateways = async (mesh: Mesh, node: MeshMember, gateways: readonly MeshMember[]): Promise<unknown> =>
  command(mesh, {
    type: 'AssignRelay',
    nodeId: await nodeOf(mesh, node),
    gatewayIds: await Promise.all(gateways.map((gateway) => nodeOf(mesh, gateway))),
  })

/** Sessions with standbys live too, so that what is measured is the fail-over. */
export async function isHeard(mesh: Mesh, gateway: MeshMember, relayed: readonly MeshMember[]): Promise<void> {
  const control = (await mesh.tunnel(gateway)).ipv4.find((address) => address.startsWith('198.19.')) ?? ''
  for (const { name, host } of relayed)
    await waitUntil(
      `${name} hears ${gateway.name}`,
      async () => (await ping(host, control, 7)) !== undefined || undefined,
    )
}
