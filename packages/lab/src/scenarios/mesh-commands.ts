/** The mesh is told something, as an administrator does. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'

/** What happened, as far as scenarios ask. */
export interface Answer {
  readonly events: readonly { readonly egressId?: string; readonly clientId?: string; readonly policyId?: string }[]
}

export const command = (mesh: Mesh, fields: object): Promise<Answer> => mesh.server.api.post('/api/v1/commands', fields)

/** Of the member's node in the mesh's own network. */
export async function nodeOf(mesh: Mesh, { name }: MeshMember): Promise<string> {
  const { nodes } = await mesh.server.api.get<{ nodes: readonly SeenNode[] }>('/api/v1/nodes')
  return nodes.find((node) => node.name === name && node.networkId === mesh.networkId)?.nodeId ?? ''
}

interface SeenNode {
  readonly nodeId: string
  readonly networkId: string
  readonly name: string
}
