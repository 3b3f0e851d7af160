/** The mesh is told something, as an administrator does. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import { hostNamed } from './server-view.js'

/** What happened, as far as scenarios ask. */
export interface Answer {
  readonly events: readonly {
    readonly type: string
    readonly cause?: string
    readonly egressId?: string
    readonly clientId?: string
    readonly policyId?: string
    readonly userId?: string
  }[]
}

export const command = (mesh: Mesh, fields: object): Promise<Answer> => mesh.server.api.post('/api/v1/commands', fields)

/** Of the member's node in a network, or in the mesh's own. */
export async function nodeOf(mesh: Mesh, { name }: MeshMember, networkId: string = mesh.networkId): Promise<string> {
  const { nodes } = await mesh.server.api.get<{ nodes: readonly SeenNode[] }>('/api/v1/nodes')
  return nodes.find((node) => node.name === name && node.networkId === networkId)?.nodeId ?? ''
}

interface SeenNode {
  readonly nodeId: string
  readonly networkId: string
  readonly name: string
}

/** The lab's internet has addresses that are nobody's in the real one: gateways are told that others reach them there. */
export const mayBeGateways = (mesh: Mesh): Promise<Answer> =>
  command(mesh, { type: 'UpdateNetwork', networkId: mesh.networkId, settings: { privateUnderlay: true } })

/** The member is a gateway no more; `terms` say where those go that use it. */
export const removeGateway = async (mesh: Mesh, gateway: MeshMember, terms: object = {}): Promise<Answer> =>
  command(mesh, {
    type: 'RemoveGateway',
    nodeId: await nodeOf(mesh, gateway),
    moveTo: null,
    withoutTarget: 'refuse',
    ...terms,
  })

/** Waits until so many of the member's peers own addresses of the mesh. */
export const hasPeers = (mesh: Mesh, member: MeshMember, count: number): Promise<true> =>
  waitUntil(`${member.name} has ${count} peers with addresses`, async () => {
    const { peers } = await mesh.tunnel(member)
    return (
      peers.filter(({ allowedIps }) => allowedIps.some((each) => each.startsWith('10.66.'))).length === count ||
      undefined
    )
  })

/** Adds a network; answers its id. */
export async function addNetwork(
  { server }: Mesh,
  network: { readonly name: string; readonly range4: string; readonly range6?: string | null },
): Promise<string> {
  const made = await server.api.post<{ network: { networkId: string } }>('/api/v1/networks', network)
  return made.network.networkId
}

/** Puts a host into one network more. */
export async function putInto(mesh: Mesh, networkId: string, { name }: MeshMember): Promise<void> {
  const { hostId } = await hostNamed(mesh.server, name)
  await mesh.server.api.post(`/api/v1/networks/${networkId}/nodes`, { hostId })
}
