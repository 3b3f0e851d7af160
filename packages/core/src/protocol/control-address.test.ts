import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Crypto } from '../ports/crypto.js'
import {
  type IdentityPublicKey,
  identityKeyFromBytes,
  ipPrefix,
  meshId,
  prefixContainsAddress,
  prefixLength,
} from '../values/index.js'
import { controlAddress6Of, controlRange6Of } from './control-address.js'

const crypto = {
  sha256: (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest()),
} as Crypto

const keyOf = (fill: number): IdentityPublicKey => {
  const key = identityKeyFromBytes(new Uint8Array(32).fill(fill))
  if (key._tag === 'Left') throw new Error(key.left.reason)
  return key.right
}

describe('control addresses', () => {
  it('gives a mesh a /48 of its own: fd and 40 bits of the hash of its id', () => {
    const range = controlRange6Of(crypto, meshId('mesh-1'))
    const digest = createHash('sha256').update('mesh-1').digest('hex')
    const digits = range
      .slice(0, range.indexOf('::'))
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join('')
    expect(digits).toBe(`fd${digest.slice(0, 10)}`)
    expect(prefixLength(range)).toBe(48)
  })

  it('fills the range up with the first 80 bits of the hash of the identity key', () => {
    const range = ipPrefix('fd00:1:2::/48')
    const address = controlAddress6Of(crypto, range, keyOf(7))
    const digest = createHash('sha256').update(new Uint8Array(32).fill(7)).digest('hex')
    const digits = address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join('')
    expect(digits).toBe(`fd0000010002${digest.slice(0, 20)}`)
  })

  it.each(['fd00::/8', 'fd00:1:2::/48', 'fd00:1:2:3::/64', 'fd00::1:0/112'])('stays inside %s', (text) => {
    expect(prefixContainsAddress(ipPrefix(text), controlAddress6Of(crypto, ipPrefix(text), keyOf(200)))).toBe(true)
  })
})
