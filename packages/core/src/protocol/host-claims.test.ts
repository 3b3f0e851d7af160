import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { hostName, ipPrefix, udpEndpoint } from '../values/index.js'
import { decodeHostClaims, encodeHostClaims, type HostClaims } from './host-claims.js'

const claims: HostClaims = {
  name: hostName('alpha'),
  system: { os: 'linux', osVersion: 'Debian 12', arch: 'x64', agentVersion: '0.1.0' },
  listenPort: 51821,
  mtuBytes: null,
  endpoints: [{ endpoint: udpEndpoint('192.0.2.1:51821'), origin: 'local' }],
  localPrefixes: [ipPrefix('192.0.2.0/24')],
  capabilities: ['isolate-networks'],
}

describe('host claims', () => {
  it('survive their way through a proof', () => {
    expect(decodeHostClaims(encodeHostClaims(claims))).toEqual(E.right(claims))
  })

  it('leave out capabilities of newer agents', () => {
    const newer = JSON.stringify({ ...claims, capabilities: ['isolate-networks', 'fly'] })
    expect(decodeHostClaims(newer)).toEqual(E.right(claims))
  })

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['another shape', '[]'],
    ['a host name that is none', JSON.stringify({ ...claims, name: 'Alpha!' })],
    ['a port out of range', JSON.stringify({ ...claims, listenPort: 0 })],
    ['capabilities that are no list', JSON.stringify({ ...claims, capabilities: 'all' })],
  ])('refuse %s', (_, text) => {
    const decoded = decodeHostClaims(text)
    expect(E.isLeft(decoded) && decoded.left.code).toBe('invalid-input')
  })
})
