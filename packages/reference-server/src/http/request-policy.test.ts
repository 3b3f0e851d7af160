import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { hostProblem, originProblem } from './request-policy.js'

const request = (headers: Record<string, string>, remoteAddress: string | undefined = '192.0.2.1') =>
  ({ headers, socket: { remoteAddress } }) as unknown as FastifyRequest

const allowed = new Set(['mesh.example.org'])

describe('the name by which a server is called', () => {
  it.each(['127.0.0.1:7400', '192.0.2.7', '[::1]:7400', 'localhost:7400', 'LOCALHOST', 'mesh.example.org:7400'])(
    'may be %s',
    (host) => expect(hostProblem(request({ host }), allowed)).toBeUndefined(),
  )
  it.each([
    'evil.example',
    '127.0.0.1.evil.example:7400',
    'mesh.example.org.evil.example',
    '',
    'localhost.',
    '[::1',
    'a b',
  ])('may not be "%s"', (host) => expect(hostProblem(request({ host }), allowed)).toMatchObject({ status: 421 }))
  it('does not matter on a unix socket', () => {
    const local = { headers: {}, socket: {} } as unknown as FastifyRequest
    expect(hostProblem(local, allowed)).toBeUndefined()
  })
})

describe('the page that a call comes from', () => {
  it('is our own, or none', () => {
    expect(originProblem(request({ host: 'x:1' }))).toBeUndefined()
    expect(originProblem(request({ host: 'x:1', origin: 'http://x:1' }))).toBeUndefined()
    expect(originProblem(request({ host: 'x:1', origin: 'https://x:1' }))).toBeUndefined()
  })
  it.each(['http://x', 'http://x:2', 'null', 'http://evil.example'])('is not %s', (origin) => {
    expect(originProblem(request({ host: 'x:1', origin }))).toMatchObject({ status: 403 })
  })
})
