import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { type EpochMs, epochMs, hostId } from '../values/index.js'
import { decide } from './decide.js'
import { describeMeshError } from './describe-mesh-error.js'
import type { MeshCommand } from './mesh-command.js'
import { emptyMeshState } from './mesh-state.js'

const created = eventsOf(sampleCreateMesh())

test('event time never runs backwards: a clock that lags gets the time of the last event', () => {
  const late = sampleCreateNetwork(1, { atEpochMs: epochMs(sampleTime - 60_000) })
  mesh
    .given(created)
    .when(late)
    .then([{ ...late, type: 'NetworkCreated', atEpochMs: sampleTime }])
})

test.each<[string, object, string]>([
  ['a port that is none', sampleRegisterHost(1, { listenPort: 0 }), 'listenPort'],
  ['a time that is none', sampleCreateNetwork(1, { atEpochMs: -1 as EpochMs }), 'atEpochMs'],
  ['an MTU in bits', sampleRegisterHost(1, { mtuBytes: 11_360 }), 'mtuBytes'],
  ['a field that nobody asked for', { ...sampleCreateNetwork(), naem: 'office' }, 'naem'],
  ['a type that is none', { type: 'constructor', atEpochMs: sampleTime }, 'type'],
  ['no type', {}, 'type'],
  [
    'nine endpoints',
    sampleRegisterHost(1, { endpoints: Array(9).fill(sampleRegisterHost().endpoints[0]) }),
    'endpoints',
  ],
])('code that goes around the codecs is refused before anything is written: %s', (_name, command, field) => {
  const { problem } = mesh
    .given(created)
    .when(command as MeshCommand)
    .thenRefused('command-malformed')
  expect(problem).toContain(`$.${field}`)
})

test('the same command on the same state is always answered alike', () => {
  const command = { type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('nobody') } as const
  expect(decide(command, emptyMeshState())).toEqual(decide(command, emptyMeshState()))
})

test('a refusal is said in English', () => {
  const decision = decide(sampleCreateNetwork(), emptyMeshState())
  expect(E.isLeft(decision) && describeMeshError(decision.left)).toBe('There is no such mesh. Create it first.')
})
