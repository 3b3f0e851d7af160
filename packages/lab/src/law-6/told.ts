/** Commands given to an empty mesh, and what came of them. */
import { decide, emptyMeshState, evolveAll, type MeshCommand, type MeshState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { Topology } from './topology.js'

/** What came of commands: the state, and those that the rules let through. */
export interface Told {
  readonly state: MeshState
  readonly accepted: readonly MeshCommand[]
}

/** Gives commands one after the other; what the rules refuse is left out. */
export function tell(commands: readonly MeshCommand[]): Told {
  let state = emptyMeshState()
  const accepted: MeshCommand[] = []
  for (const command of commands) {
    const decision = decide(command, state)
    if (E.isLeft(decision)) continue
    if (decision.right.length > 0) accepted.push(command)
    state = evolveAll(state, decision.right)
  }
  return { state, accepted }
}

/** What a topology has, in a line. */
export function describeTopology({ hosts }: Topology, accepted: readonly MeshCommand[]): string {
  const count = (type: MeshCommand['type']) => accepted.filter((command) => command.type === type).length
  const parts: readonly (readonly [string, number])[] = [
    ['gateways', count('CreateGateway')],
    ['internet gateways', count('EnableInternetGateway')],
    ['full tunnels', count('SetRouteAllTraffic')],
    ['relayed', count('AssignRelay')],
    ['pairs', count('EngageAutoRelay')],
    ['egresses', count('AddEgress')],
    ['clients', count('AddClient')],
    ['policies', count('AddPolicy')],
  ]
  return [`${hosts} hosts`, ...parts.filter(([, many]) => many > 0).map(([name, many]) => `${many} ${name}`)].join(', ')
}
