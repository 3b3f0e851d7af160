/** Every route, with every kind of caller. A route that is added without saying who may call it fails here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoutes } from '../src/http/all-routes.js'
import type { Route } from '../src/http/route.js'
import { callApi, startTestServer, type TestServer } from './support/test-server.js'

let test: TestServer
let routes: readonly Route[]

beforeAll(async () => {
  test = await startTestServer()
  routes = allRoutes(test.server.context, { version: '0', page: true })
})
afterAll(() => test.dispose())

/** Who may call without a token: this list is meant to be read when it grows. */
const OPEN = [
  'GET /',
  'GET /status.js',
  'GET /status.css',
  'GET /favicon.svg',
  'GET /api/v1/healthz',
  'GET /api/v1/readyz',
  'GET /api/v1/openapi.json',
  'POST /api/v1/enrollment/challenge',
  'POST /api/v1/enrollment/proof',
]

const nameOf = ({ method, path }: Route): string => `${method} ${path}`

const call = async ({ method, path }: Route, token: string | null): Promise<number> => {
  const abort = new AbortController()
  const response = await fetch(`${test.url}${path.replaceAll(/:\w+/g, 'some-id')}`, {
    method,
    signal: abort.signal,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  })
  // The stream of events never ends by itself.
  abort.abort()
  return response.status
}

describe('routes', () => {
  it('are open to everybody only where that is meant', () => {
    const open = routes.filter(({ access }) => access !== 'admin').map(nameOf)
    expect(open.sort()).toEqual([...OPEN].sort())
  })

  it('for administrators refuse callers without a token, with a wrong one, and let the right one in', async () => {
    const { revision } = test.server.context.service.asOf
    const table: Record<string, readonly number[]> = {}
    for (const route of routes.filter(({ access }) => access === 'admin')) {
      const wrong = `mft_${'A'.repeat(43)}`
      table[nameOf(route)] = [await call(route, null), await call(route, wrong)]
    }
    for (const [name, [without, wrong]] of Object.entries(table)) {
      expect(without, `${name} without a token`).toBe(401)
      expect([401, 429], `${name} with a wrong token`).toContain(wrong)
    }
    expect(test.server.context.service.asOf.revision).toBe(revision)
    for (const route of routes.filter(({ access }) => access === 'admin')) {
      const status = await call(route, test.token)
      expect([200, 400, 404, 201], `${nameOf(route)} with the token: ${status}`).toContain(status)
    }
  })

  it('that are open answer without a token', async () => {
    for (const route of routes.filter(({ access }) => access !== 'admin'))
      expect([200, 400], nameOf(route)).toContain(await call(route, null))
  })
})

describe('the admin token', () => {
  it('is not taken in any other way than as a bearer token', async () => {
    expect((await callApi(test.url, null, 'GET', `/mesh?token=${test.token}`)).status).toBe(401)
    const basic = Buffer.from(`admin:${test.token}`).toString('base64')
    const answer = await callApi(test.url, null, 'GET', '/mesh', undefined, { authorization: `Basic ${basic}` })
    expect(answer.status).toBe(401)
    expect(answer.json.error.code).toBe('token-missing')
  })

  it('passes although many wrong ones came before; those are slowed down', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 15; i += 1) statuses.push((await callApi(test.url, `mft_${i}`, 'GET', '/mesh')).status)
    expect(statuses).toContain(429)
    expect((await callApi(test.url, test.token, 'GET', '/mesh')).status).toBe(200)
  })
})

describe('the page', () => {
  it('is sent with a policy that lets it load and call nothing but this server', async () => {
    const response = await fetch(test.url)
    const html = await response.text()
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(html).not.toMatch(/https?:|\son\w+=|<style|style=/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const script = await (await fetch(`${test.url}/status.js`)).text()
    expect(script).not.toMatch(/innerHTML|eval\(|localStorage|document\.write/)
    for (const [, id] of script.matchAll(/\bat\('([\w-]+)'\)/g)) expect(html, `#${id}`).toContain(`id="${id}"`)
  })

  it('can not be read by pages of other sites', async () => {
    const response = await fetch(`${test.url}/api/v1/healthz`)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    const asked = await fetch(`${test.url}/api/v1/mesh`, { method: 'OPTIONS' })
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
  })
})
