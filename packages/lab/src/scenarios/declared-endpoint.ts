import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Scenario } from './scenario.js'
import { startMesh } from './start-mesh.js'

interface SeenGateway {
  readonly nodeId: string
  readonly gateway: { readonly endpoints: readonly { readonly endpoint: string; readonly proof: string }[] } | null
}

export const declaredEndpoint: Scenario = {
  name: 'declared-endpoint',
  summary:
    'of two endpoints that were declared for a gateway, the one where a peer arrives is proven, the other is not',
  rows: ['B1'],
  async play(stage) {
    const { lab } = stage
    const addressOf = (host: Parameters<typeof lab.inet.uplink>[0]) => lab.inet.uplink(host).address.ipv4
    // Nobody listens at the second one, as where a router forwards another port than one thinks.
    const mesh = await startMesh(stage, 2, {
      enrollOptions: (host) => ['--endpoint', `${addressOf(host)}:51821`, '--endpoint', `${addressOf(host)}:51999`],
    })
    await mayBeGateways(mesh)
    const nodeId = await nodeOf(mesh, mesh.member(0))
    await command(mesh, { type: 'CreateGateway', nodeId })
    const proofs = async () => {
      const { nodes } = await mesh.server.api.get<{ nodes: readonly SeenGateway[] }>('/api/v1/nodes')
      const endpoints = nodes.find((node) => node.nodeId === nodeId)?.gateway?.endpoints ?? []
      return endpoints.map(({ endpoint, proof }) => `${endpoint.split(':').at(-1)} ${proof}`).join(', ')
    }
    await mesh.pingMatrix()
    const isProven = async () => (await proofs()) === '51821 proven, 51999 unproven'
    // Who was met before it was looked at is believed at the next handshake, two minutes later at most.
    const came = await waitUntil('it is', isProven, { limitMs: 150_000, everyMs: 500 }).catch(() => false)
    stage.check('where the other host arrived is proven, and nothing else', came, await proofs())
  },
}
