/** A mesh with an internet gateway, a node that uses it, and what stands outside. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { askWeb, openWeb, watchUplink } from './outside.js'
import type { Stage } from './scenario.js'
import { type MeshOptions, startCast } from './start-mesh.js'

/** What scenarios about internet gateways stand on. */
export interface InternetMesh {
  readonly mesh: Mesh
  readonly gateway: MeshMember
  readonly user: MeshMember
  readonly third: MeshMember
  readonly web: { readonly host: Host; readonly addresses: readonly [string, string] }
}

/** Three hosts and a web server; the first host is an internet gateway, the second is connected to it, in split tunnel. */
export async function startInternetMesh(stage: Stage, options?: MeshOptions): Promise<InternetMesh> {
  const { mesh, gateway, user, third } = await startCast(stage, ['gateway', 'user', 'third'], options)
  const web = await openWeb(stage.lab)
  await mayBeGateways(mesh)
  const nodeId = await nodeOf(mesh, gateway)
  await command(mesh, { type: 'CreateGateway', nodeId })
  await command(mesh, { type: 'EnableInternetGateway', nodeId, connectNodeIds: [await nodeOf(mesh, user)] })
  return { mesh, gateway, user, third, web }
}

/** All of a member's traffic through its internet gateway, or only what is for the mesh. */
export const routeAll = async (mesh: Mesh, member: MeshMember, routeAllTraffic: boolean): Promise<void> =>
  void (await command(mesh, { type: 'SetRouteAllTraffic', nodeId: await nodeOf(mesh, member), routeAllTraffic }))

/** Where a host is seen from, over IPv4 and IPv6; `-`: the web server is not reached. */
export async function seenFrom(host: Host, { web }: Pick<InternetMesh, 'web'>): Promise<readonly [string, string]> {
  const [four, six] = await Promise.all(web.addresses.map((address) => askWeb(host, address)))
  return [four?.split(' ')[1] ?? '-', six?.split(' ')[1] ?? '-']
}

/** A member's own addresses on the internet. */
export const publicAddresses = (stage: Stage, { host }: MeshMember): readonly [string, string] => {
  const { ipv4, ipv6 } = stage.lab.inet.uplink(host).address
  return [ipv4, ipv6]
}

/** Waits until the web server sees the host at these addresses; `false`: it never does. */
export const isSeenAs = (
  host: Host,
  internet: Pick<InternetMesh, 'web'>,
  addresses: readonly string[],
): Promise<boolean> =>
  waitUntil(`${host.name} is seen as ${addresses.join()}`, async () => {
    const seen = await seenFrom(host, internet)
    return seen.join() === addresses.join() || undefined
  }).catch(() => false)

/** Watches what leaves the user but WireGuard's packets, those to its server, and answers. */
export const watchUser = ({ mesh, user }: Pick<InternetMesh, 'mesh' | 'user'>): Promise<void> =>
  watchUplink(user.host, ['udp sport 51821', `ip daddr ${mesh.server.plan.address} tcp dport 7400`])
