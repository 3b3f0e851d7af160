/** Law 6: what the tracer says of random meshes, and what the kernels of their hosts do. */
import type { MeshCommand } from '@meshfold/core'
import type { Lab } from '../net/lab.js'
import { questionsOf } from './questions.js'
import { describeTopology, tell } from './told.js'
import { topologyOf } from './topology.js'
import { type Answered, World } from './world.js'

/** What came of one topology. */
export interface TopologyResult {
  readonly run: number
  readonly summary: string
  readonly tried: number
  readonly answered: number
  readonly differences: readonly Answered[]
  readonly accepted: readonly MeshCommand[]
  readonly seconds: number
}

/** Brings up topologies `from` to `from + runs - 1` of a seed, one after the other in one world. */
export async function* playTopologies(
  lab: Lab,
  { seed, from, runs }: { readonly seed: number; readonly from: number; readonly runs: number },
): AsyncGenerator<TopologyResult> {
  const world = await World.open(lab)
  for (let run = from; run < from + runs; run += 1) {
    const startedAt = performance.now()
    const topology = topologyOf(seed, run)
    const commands = topology.commands.map((command) =>
      command.type === 'AddClient' ? { ...command, publicKey: world.phoneKey(command.clientId) } : command,
    )
    const { state, accepted } = tell([...world.setUp(topology.hosts), ...commands])
    const answers = await world.play(state, topology.hosts, questionsOf(state, topology.hosts, world.outside))
    yield {
      run,
      summary: describeTopology(topology, accepted),
      tried: answers.length,
      answered: answers.filter(({ answer }) => answer !== null).length,
      differences: answers.filter((each) => !isAsExpected(each)),
      accepted,
      seconds: (performance.now() - startedAt) / 1_000,
    }
  }
}

function isAsExpected({ expected, answer }: Answered): boolean {
  if (expected === null || answer === null) return expected === answer
  if (answer === 'echo') return true
  const [name, source] = answer.split(' ')
  return name === expected.name && expected.sources.some((each) => each === source)
}

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
    .filter(({ type }) => type !== 'CreateMesh' && type !== 'RegisterHost')
    .map((command) =>
      JSON.stringify(command, (key, value) => (value === null || usual.has(key) ? undefined : (value as unknown))),
    )
}

const usual = new Set(['atEpochMs', 'settings', 'name', 'publicKey', 'ephemeral', 'evidence'])
