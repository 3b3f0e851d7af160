import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** A mesh with two gateways, a third host that is reached directly, and nodes that are reached through the gateways. */
export interface RelayedMesh {
  readonly mesh: Mesh
  readonly first: MeshMember
  readonly second: MeshMember
  readonly third: MeshMember
  readonly relayed: readonly MeshMember[]
}

/** Each node has the first gateway, and the second one as its standby; everybody reaches everybody. */
export async function relayedMesh(
  stage: Stage,
  { relayed: count }: { readonly relayed: number },
): Promise<RelayedMesh> {
  const mesh = await startMesh(stage, 3 + count)
  await mesh.pingMatrix()
  const [first, second, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  const relayed = mesh.members.slice(3)
  await command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { privateUnderlay: true } })
  const gatewayIds = [await nodeOf(mesh, first), await nodeOf(mesh, second)]
  for (const nodeId of gatewayIds) await command(mesh, { type: 'CreateGateway', nodeId })
  for (const node of relayed) await command(mesh, { type: 'AssignRelay', nodeId: await nodeOf(mesh, node), gatewayIds })
  for (const node of relayed) await isVia(mesh, node, first)
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
  await standbyIsThere(mesh, second, relayed)
  return { mesh, first, second, third, relayed }
}

/** Waits until the member sends everything through that gateway. */
async function isVia(mesh: Mesh, member: MeshMember, gateway: MeshMember, limitMs = 15_000): Promise<void> {
  const { publicKey } = await mesh.tunnel(gateway)
  const holds = async () => {
    const { peers } = await mesh.tunnel(member)
    const holders = peers.filter(({ allowedIps }) => allowedIps.some((each) => each.startsWith('10.66.')))
    return (holders.length === 1 && holders[0]?.publicKey === publicKey) || undefined
  }
  await waitUntil(`${member.name} goes through ${gateway.name}`, holds, { limitMs })
}

/** Sessions with the standby live, so that what is measured is the fail-over. */
async function standbyIsThere(mesh: Mesh, standby: MeshMember, relayed: readonly MeshMember[]): Promise<void> {
  const control = (await mesh.tunnel(standby)).ipv4.find((address) => address.startsWith('198.19.')) ?? ''
  for (const { name, host } of relayed)
    await waitUntil(
      `${name} hears ${standby.name}`,
      async () => (await ping(host, control, 7)) !== undefined || undefined,
    )
}
