import { expect, test } from 'vitest'
import { pathVectorTranscript } from '../protocol/path-vector-transcript.js'
import { egressId, hostId, meshId, nodeId } from '../values/index.js'
import { isNewerVector, nextSequence, type PathVector, renewVector } from './path-vector.js'

const vector: PathVector = {
  hostId: hostId('a'),
  sequence: 5,
  gatewayIds: [nodeId('g'), nodeId('h')],
  servedEgressIds: [],
}

test('a sequence rises with the clock, and without it', () => {
  expect(nextSequence(undefined, 1000)).toBe(1000)
  expect(nextSequence(1000, 5000)).toBe(5000)
  expect(nextSequence(5000, 1000)).toBe(5001)
})

test('only a higher sequence takes the place of what is known', () => {
  expect(isNewerVector(vector, undefined)).toBe(true)
  expect(isNewerVector(vector, vector)).toBe(false)
  expect(isNewerVector({ ...vector, sequence: 6 }, vector)).toBe(true)
  expect(isNewerVector({ ...vector, sequence: 4 }, vector)).toBe(false)
  expect(isNewerVector({ ...vector, sequence: 5, gatewayIds: [nodeId('h')] }, vector)).toBe(false)
})

test('a vector is renewed when order or membership changed, never otherwise', () => {
  expect(renewVector(vector.hostId, vector, { ...vector, gatewayIds: [...vector.gatewayIds] }, 9000)).toBe(vector)
  const turned = renewVector(
    vector.hostId,
    vector,
    { gatewayIds: [nodeId('h'), nodeId('g')], servedEgressIds: [] },
    9000,
  )
  expect(turned).toEqual({ ...vector, gatewayIds: ['h', 'g'], sequence: 9000 })
})

test('what is signed differs with every part of a vector, and with the mesh', () => {
  const variants: readonly PathVector[] = [
    vector,
    { ...vector, hostId: hostId('b') },
    { ...vector, sequence: 6 },
    { ...vector, gatewayIds: [nodeId('h'), nodeId('g')] },
    { ...vector, gatewayIds: [nodeId('g')], servedEgressIds: [egressId('h')] },
    { ...vector, gatewayIds: [], servedEgressIds: [egressId('g'), egressId('h')] },
  ]
  const signed = [
    ...variants.map((each) => pathVectorTranscript(meshId('m'), each)),
    pathVectorTranscript(meshId('n'), vector),
  ]
  expect(new Set(signed.map((bytes) => bytes.join())).size).toBe(signed.length)
})
