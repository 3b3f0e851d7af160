import type { ConnectionEnd } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { closeFrameOf, endOfCloseFrame, endOfError } from './close-codes.js'

const codes: readonly (readonly [ConnectionEnd['code'], ConnectionEnd['code']])[] = [
  ['closed-here', 'closed-there'],
  ['connection-lost', 'closed-there'],
  ['closed-there', 'closed-there'],
  ['heartbeat-missed', 'heartbeat-missed'],
  ['protocol-violated', 'protocol-violated'],
  ['message-too-large', 'message-too-large'],
  ['authentication-failed', 'authentication-failed'],
  ['replaced-by-newer-connection', 'replaced-by-newer-connection'],
  ['server-stopping', 'server-stopping'],
]

describe('an end', () => {
  test.each(codes)('%s is seen as %s at the other end', (here, there) => {
    const { code, reason } = closeFrameOf({ code: here, detail: 'why' })
    expect(endOfCloseFrame(code, Buffer.from(reason))).toEqual({ code: there, detail: 'why' })
  })

  test.each([
    [1001, 'server-stopping'],
    [1005, 'closed-there'],
    [1006, 'connection-lost'],
    [1008, 'protocol-violated'],
    [4999, 'closed-there'],
  ])('of another WebSocket’s close code %i is %s', (code, end) => {
    expect(endOfCloseFrame(code, Buffer.alloc(0))).toEqual({ code: end, detail: `WebSocket close code ${code}` })
  })

  test('has a detail that fits a close frame and a log', () => {
    for (const detail of ['x'.repeat(1000), 'ü'.repeat(1000), '🌍'.repeat(100)]) {
      const { reason } = closeFrameOf({ code: 'closed-here', detail })
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
      expect(detail).toContain(reason)
    }
    expect(endOfCloseFrame(1000, Buffer.from('a\u001b[31m\r\nb\u2028c\u202e')).detail).toBe('a [31m b c')
    expect(endOfCloseFrame(1000, Buffer.from([0xff, 0xfe])).detail).toBe('\ufffd\ufffd')
  })

  test.each([
    [{ code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' }, 'message-too-large'],
    [{ code: 'WS_ERR_INVALID_UTF8' }, 'protocol-violated'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'authentication-failed'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'authentication-failed'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'authentication-failed'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'authentication-failed'],
    [{ code: 'ECONNREFUSED' }, 'connection-refused'],
    [{ code: 'EHOSTUNREACH' }, 'connection-lost'],
    [{}, 'connection-lost'],
    [{ code: 'ECONNREFUSED', address: '192.0.2.1' }, 'connection-refused'],
  ])('of an error %j is %s', (properties, code) => {
    expect(endOfError(Object.assign(new Error('why'), properties)).code).toBe(code)
  })

  test('of a refusal says who refused', () => {
    const one = Object.assign(new Error('no'), { code: 'ECONNREFUSED', address: '192.0.2.1' })
    expect(endOfError(one).address).toBe('192.0.2.1')
    expect(endOfError(Object.assign(new Error('no'), { code: 'ECONNREFUSED', errors: [one] })).address).toBe(
      '192.0.2.1',
    )
  })
})
