/** Hosts behind NAT boxes, beside one that the whole internet can reach. */
import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { NatBox } from '../net/nat-box.js'
import type { NatKind } from '../net/nat-rules.js'
import { waitUntil } from '../wait-until.js'
import type { Stage } from './scenario.js'

/** A mesh of public hosts, to which others join by `joinBehind`. */
export async function hubMesh({ lab, toolFolder, tell }: Stage, hostNames: readonly string[]): Promise<Mesh> {
  tell(`a mesh of ${hostNames.join(' and ')}, on the internet`)
  const agent = toolFolder === undefined ? {} : { toolFolder }
  return Mesh.start(lab, { hostNames, progress: tell, agent })
}

/** A home's NAT box. In every home the same private range, as it is in life. */
export const homeOf = ({ lab }: Stage, name: string, kind: NatKind, behind?: NatBox): Promise<NatBox> =>
  lab.natBox(`box-${name}`, { kind, network: '192.168.1', ...(behind && { behind }) })

/** A host of each name in the box that belongs to it, enrolled from there and connected to the hub. */
export async function joinBehind(
  stage: Stage,
  mesh: Mesh,
  places: readonly (readonly [name: string, box: NatBox])[],
): Promise<readonly MeshMember[]> {
  const hosts = await stage.lab.hosts(places.map(([name]) => name))
  for (const [at, host] of hosts.entries()) await places[at]?.[1].attach([host])
  const members = await mesh.admit(hosts)
  await mesh.waitForTunnels()
  return members
}

/** Where a peer is, as a member's WireGuard has it. */
export async function endpointOf(mesh: Mesh, from: MeshMember, to: MeshMember): Promise<string | undefined> {
  const [{ peers }, { publicKey }] = [await mesh.tunnel(from), await mesh.tunnel(to)]
  return peers.find((peer) => peer.publicKey === publicKey)?.endpoint
}

/** Whether two have a session with each other. */
export async function haveMet(mesh: Mesh, one: MeshMember, other: MeshMember): Promise<boolean> {
  const [{ peers }, { publicKey }] = [await mesh.tunnel(one), await mesh.tunnel(other)]
  return (peers.find((peer) => peer.publicKey === publicKey)?.latestHandshake ?? 0) > 0
}

/** Waits until the server knows where the member is seen from outside; answers where that is. */
export async function seenAt(mesh: Mesh, { name }: MeshMember): Promise<string> {
  return waitUntil(
    `the mesh knows where ${name} is seen`,
    async () => (await endpointsOf(mesh, name)).find(({ origin }) => origin === 'observed')?.endpoint,
    { limitMs: 40_000, everyMs: 50 },
  )
}

interface SeenEndpoint {
  readonly endpoint: string
  readonly origin: 'local' | 'observed' | 'declared'
}

/** Where a host says that it is reached. */
async function endpointsOf(mesh: Mesh, name: string): Promise<readonly SeenEndpoint[]> {
  const { hosts } = await mesh.server.api.get<{
    hosts: readonly { readonly name: string; readonly endpoints: readonly SeenEndpoint[] }[]
  }>('/api/v1/hosts')
  return hosts.find((host) => host.name === name)?.endpoints ?? []
}

/** What a host's agent says of where it is seen, and of its server. */
export async function outsideOf({
  agent,
}: MeshMember): Promise<{ readonly state: string; readonly connected: boolean }> {
  const { paths, server } = (await agent.status()) as {
    readonly paths: { readonly outside: { readonly state: string } } | null
    readonly server: { readonly connected: boolean }
  }
  return { state: paths?.outside.state ?? 'no paths', connected: server.connected }
}

/** One of those who joined. */
export function natMember(members: readonly MeshMember[], at: number): MeshMember {
  const member = members[at]
  if (member === undefined) throw new Error(`Only ${members.length} joined.`)
  return member
}

/** To hundredths. */
export const secondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) / 10) / 100
