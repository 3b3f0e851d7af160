/** Two nodes that could reach each other directly, whose link breaks: a gateway relays them. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** Two nodes, others like them, and two gateways that may relay them; the nearer first, where one is. */
export interface PairMesh {
  readonly mesh: Mesh
  readonly one: MeshMember
  readonly other: MeshMember
  readonly others: readonly MeshMember[]
  readonly gateways: readonly MeshMember[]
}

/**
 * All reach each other. With `farMs` each packet takes so much longer to the second gateway, and from it: that whose id comes first,
 * which would be chosen if both were as near.
 */
export async function pairMesh(
  stage: Stage,
  { farMs = 0, others = 0 }: { readonly farMs?: number; readonly others?: number } = {},
): Promise<PairMesh> {
  const mesh = await startMesh(stage, 2 + others)
  await mesh.admit(await stage.lab.publicHosts([`h${3 + others}`, `h${4 + others}`], farMs === 0 ? undefined : {}))
  await mesh.waitForTunnels()
  await mayBeGateways(mesh)
  const gateways: { readonly member: MeshMember; readonly nodeId: string }[] = []
  for (const member of mesh.members.slice(2 + others)) gateways.push({ member, nodeId: await nodeOf(mesh, member) })
  gateways.sort((a, b) => (a.nodeId < b.nodeId ? 1 : -1))
  for (const { nodeId } of gateways) await command(mesh, { type: 'CreateGateway', nodeId })
  const far = gateways.at(-1)
  if (far !== undefined) stage.lab.inet.uplink(far.member.host).wire?.set({ delayMs: farMs })
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
  return {
    mesh,
    one: mesh.member(0),
    other: mesh.member(1),
    others: mesh.members.slice(2, 2 + others),
    gateways: gateways.map(({ member }) => member),
  }
}

/** Cuts the two off from each other; the gateway that relays them in the end. */
export async function relayed(
  stage: Stage,
  mesh: Mesh,
  [one, other]: readonly [MeshMember, MeshMember],
  gateways: readonly MeshMember[],
): Promise<MeshMember | undefined> {
  stage.tell('their link breaks')
  const brokenAt = performance.now()
  await stage.lab.inet.partition(one.host, other.host)
  await waitUntil('a gateway relays them', async () => (await hopTo(mesh, one, other)) !== other, { limitMs: 90_000 })
  await reaches(mesh, one, other)
  stage.metric('relayed-after-s', seconds(brokenAt))
  const hop = await hopTo(mesh, one, other)
  return gateways.find((gateway) => gateway === hop)
}

/** Waits until packets get there. */
export const reaches = async (mesh: Mesh, from: MeshMember, to: MeshMember): Promise<void> => {
  const address = await mesh.address(to)
  await waitUntil('they talk', async () => (await ping(from.host, address, 1)) !== undefined, { limitMs: 30_000 })
}

/** By which peer of `from` packets to `to` go; `undefined`: by none, or by one whose tunnel is gone. */
export async function hopTo(mesh: Mesh, from: MeshMember, to: MeshMember): Promise<MeshMember | undefined> {
  const [{ peers }, address] = [await mesh.tunnel(from), await mesh.address(to)]
  const holder = peers.find(({ allowedIps }) => allowedIps.includes(`${address}/32`))?.publicKey
  for (const member of mesh.members)
    if (member !== from && (await member.agent.tunnel())?.publicKey === holder) return member
  return undefined
}

/** Since that reading of the clock, to a tenth. */
export const seconds = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 100) / 10
