import { expect, test } from 'vitest'
import { sampleRegisterHost } from '../testing/sample-mesh.js'
import { keyStepOf } from './key-rotation.js'

const keyOf = (number: number) => sampleRegisterHost(number).wireguardKey
const [old, fresh, foreign] = [keyOf(1), keyOf(2), keyOf(3)]

test('A11 a host rests on the key of its config', () => {
  expect(keyStepOf({ current: old, next: null }, old)).toEqual({ kind: 'rest' })
  expect(keyStepOf({ current: old, next: fresh }, undefined)).toEqual({ kind: 'rest' })
})

test('A11 a key that was made is offered until the config has it, and only then the old one goes', () => {
  expect(keyStepOf({ current: old, next: fresh }, old)).toEqual({ kind: 'offer', wireguardKey: fresh })
  expect(keyStepOf({ current: old, next: fresh }, fresh)).toEqual({ kind: 'settle', wireguardKey: fresh })
})

test('A11 a crash between the last two steps leaves the last one to do', () => {
  expect(keyStepOf({ current: fresh, next: fresh }, fresh)).toEqual({ kind: 'settle', wireguardKey: fresh })
})

test('A11 a host whose key the server forgot, offers the one that it holds', () => {
  expect(keyStepOf({ current: fresh, next: null }, old)).toEqual({ kind: 'offer', wireguardKey: fresh })
  expect(keyStepOf({ current: fresh, next: foreign }, old)).toEqual({ kind: 'offer', wireguardKey: foreign })
})
