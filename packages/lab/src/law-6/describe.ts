/** Topologies and what differs in them, as a person reads it. */
import type { MeshCommand } from '@meshfold/core'
import type { Answered } from './world.js'

/** What is not of every world. */
export const isOfTopology = ({ type }: MeshCommand): boolean => type !== 'CreateMesh' && type !== 'RegisterHost'

/** Differences as a person reads them: one line for each two ends and what came of it. */
export function describeDifferences(differences: readonly Answered[]): readonly string[] {
  const lines = new Map<string, string[]>()
  for (const { asker, source, destination, traffic, expected, answer, trace } of differences) {
    const model = expected === null ? 'nobody answers' : `${expected.name} answers ${expected.sources.join(' or ')}`
    const hops = (trace?.hops ?? []).map(
      ({ hostId, action, why }) => `${hostId} ${action}${why === null ? '' : ` (${why})`}`,
    )
    const line = `${asker} ${source ?? 'freely'} → ${destination}: the tracer says ${model} [${hops.join('; ')}]; the kernels: ${answer ?? 'nobody'}`
    const kinds = lines.get(line) ?? []
    lines.set(line, [...kinds, 'port' in traffic ? `${traffic.protocol} ${traffic.port}` : traffic.protocol])
  }
  return [...lines].map(([line, kinds]) => `${line} (${kinds.join(', ')})`)
}

/** Commands without what all topologies share. */
export function describeCommands(accepted: readonly MeshCommand[]): readonly string[] {
  return accepted
    .filter(isOfTopology)
    .map((command) =>
      JSON.stringify(command, (key, value) => (value === null || usual.has(key) ? undefined : (value as unknown))),
    )
}

const usual = new Set(['atEpochMs', 'settings', 'name', 'publicKey', 'ephemeral', 'evidence'])
