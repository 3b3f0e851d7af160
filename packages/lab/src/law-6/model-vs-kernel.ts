/** Law 6: what the tracer says of random meshes, and what the kernels of their hosts do. */
import type { MeshCommand } from '@meshfold/core'
import type { Lab } from '../net/lab.js'
import { numberOf } from './askers.js'
import { isOfTopology } from './describe.js'
import { questionsOf } from './questions.js'
import { shrink } from './shrink.js'
import { describeTopology, tell } from './told.js'
import { topologyOf } from './topology.js'
import { type Answered, World, type WorldOptions } from './world.js'

/** What came of one topology. */
export interface TopologyResult {
  readonly run: number
  readonly summary: string
  readonly hosts: number
  readonly tried: number
  readonly answered: number
  /** Empty: the kernels did what the tracer says. */
  readonly differences: readonly Answered[]
  /** The smallest part of it that was found to differ as well; `null`: it doesn't differ. */
  readonly smallest: Played | null
  readonly seconds: number
}

/** What came of commands that were given to an empty mesh. */
export interface Played {
  readonly accepted: readonly MeshCommand[]
  readonly answers: readonly Answered[]
  readonly differences: readonly Answered[]
}

/** Brings up topologies `from` to `from + runs - 1` of a seed, one after the other in one world; shrinks those that differ. */
export async function* playTopologies(
  lab: Lab,
  { seed, from, runs }: { readonly seed: number; readonly from: number; readonly runs: number },
  options: WorldOptions = {},
): AsyncGenerator<TopologyResult> {
  const world = await World.open(lab, options)
  for (let run = from; run < from + runs; run += 1) {
    const startedAt = performance.now()
    const topology = topologyOf(seed, run)
    const whole = await playCommands(world, topology.hosts, topology.commands)
    const { answers, accepted, differences } = whole
    yield {
      run,
      summary: describeTopology(topology, accepted),
      hosts: topology.hosts,
      tried: answers.length,
      answered: answers.filter(({ answer }) => answer !== null).length,
      differences,
      smallest: differences.length === 0 ? null : await smallestOf(world, whole),
      seconds: (performance.now() - startedAt) / 1_000,
    }
  }
}

/** Clients get the keys of this world's phones. */
async function playCommands(
  world: World,
  hosts: number,
  commands: readonly MeshCommand[],
  isHurried = false,
): Promise<Played> {
  const withKeys = commands.map((command) =>
    command.type === 'AddClient' ? { ...command, publicKey: world.phoneKey(command.clientId) } : command,
  )
  const { state, accepted } = tell([...world.setUp(hosts), ...withKeys])
  const answers = await world.play(state, hosts, questionsOf(state, hosts, world.outside), isHurried)
  return { accepted, answers, differences: answers.filter((each) => !isAsExpected(each)) }
}

/**
 * Whatever differs will do: what is left out may change who it is. Hosts that are in no network go, too. On the way there nobody is
 * waited for long; what is found has to differ at leisure as well.
 */
async function smallestOf(world: World, whole: Played): Promise<Played> {
  const left = await shrink(whole.accepted.filter(isOfTopology), async (fewer) => {
    const played = await playCommands(world, hostsIn(fewer), fewer, true)
    return played.differences.length > 0
  })
  const smallest = await playCommands(world, hostsIn(left), left)
  return smallest.differences.length > 0 ? smallest : whole
}

/** The highest number of a host that is in a network: those before it are registered as well. */
const hostsIn = (commands: readonly MeshCommand[]): number =>
  Math.max(1, ...commands.map((command) => (command.type === 'JoinNetwork' ? numberOf(command.hostId) : 0)))

function isAsExpected({ expected, answer }: Answered): boolean {
  if (expected === null || answer === null) return expected === answer
  if (answer === 'echo') return true
  const [name, source] = answer.split(' ')
  return name === expected.name && expected.sources.some((each) => each === source)
}
