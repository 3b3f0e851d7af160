/** Several listeners on one server: TCP, TLS and unix sockets, for the API and for agents alike. */
import { access, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { selfSignedCertificate } from '../../transport-ws/test/self-signed-certificate.js'
import { createdEnrollmentKeyAnswer } from '../src/api/enrollment-key-api.js'
import { meshAnswer } from '../src/api/mesh-api.js'
import { networkAnswer } from '../src/api/network-api.js'
import { ApiClient } from '../src/cli/api-client.js'
import { runLine } from './support/command-line.js'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let folder: string
let test: TestServer | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshfold-listen-'))
})
afterEach(async () => {
  await test?.dispose()
  test = undefined
  await rm(folder, { recursive: true, force: true })
})

const anyPort = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
const certificate = selfSignedCertificate()

describe('listeners', () => {
  it('lead to the same server, and agents may use any of them', async () => {
    const path = join(folder, 'a.sock')
    test = await startTestServer({ listen: [anyPort, { ...anyPort, host: '::1' }, { kind: 'unix', path }] })
    const [one = '', six = '', unix = ''] = test.server.urls
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const { token } = test
    const client = new ApiClient({ url: unix, token, ca: undefined })
    const body = { name: 'office', range4: '10.66.0.0/24' }
    const { network } = await client.call({ method: 'POST', path: '/networks', body, answer: networkAnswer })
    const key = { name: 'k', networkIds: [network.networkId] }
    const made = await client.call({
      method: 'POST',
      path: '/enrollment-keys',
      body: key,
      answer: createdEnrollmentKeyAnswer,
    })
    const keys = freshKeys()
    const enrolled = await enroll(six, made.token, keys, claimsOf('alpha'))
    const first = new FakeAgent(one, enrolled, keys)
    await until(() => first.kinds().length > 0)
    // A newer connection of the same host ends the older one, whatever listener it came by.
    const second = new FakeAgent(six, enrolled, keys)
    await until(() => first.ends.some(({ code }) => code === 'replaced-by-newer-connection'))
    await first.close()
    await until(() => second.status().state === 'connected', 10_000)
    await second.close()
  })

  it('take over the socket of a server that was killed, not of one that lives', async () => {
    const path = join(folder, 'a.sock')
    test = await startTestServer({ listen: [{ kind: 'unix', path }] })
    await expect(startTestServer({ listen: [{ kind: 'unix', path }] })).rejects.toThrow('somebody listens')
    await test.dispose()
    test = undefined
    await expect(access(path)).rejects.toThrow()
    await writeFile(path, '')
    await expect(startTestServer({ listen: [{ kind: 'unix', path }] })).rejects.toThrow("Can't listen")
  })

  it('that are taken are said to be, with the way out', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        const address = other.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }),
    )
    await expect(startTestServer({ listen: [{ ...anyPort, port }] })).rejects.toThrow('another --listen')
    other.close()
  })

  it('speak TLS, to people and agents', async ({ skip }) => {
    if ('missing' in certificate) return skip(certificate.missing)
    const tls = { cert: Buffer.from(certificate.cert), key: Buffer.from(certificate.key) }
    test = await startTestServer({ tls })
    expect(test.url).toMatch(/^https:/)
    const { token } = test
    const trusting = new ApiClient({ url: test.url, token, ca: certificate.cert })
    expect((await trusting.call({ path: '/mesh', answer: meshAnswer })).mesh.meshId).toBe(test.server.meshId)
    const doubting = new ApiClient({ url: test.url, token, ca: undefined })
    await expect(doubting.call({ path: '/mesh', answer: meshAnswer })).rejects.toThrow('self-signed')
  })

  it('are trusted from login on, where it was told whom to trust', async ({ skip }) => {
    if ('missing' in certificate) return skip(certificate.missing)
    const tls = { cert: Buffer.from(certificate.cert), key: Buffer.from(certificate.key) }
    test = await startTestServer({ tls })
    const ca = join(folder, 'ca.pem')
    await writeFile(ca, certificate.cert)
    const { url, token } = test
    const cli = (...args: readonly string[]) => runLine({ HOME: folder }, args, token)
    const doubting = await cli('login', '--url', url)
    expect([doubting.code, doubting.err]).toEqual([3, expect.stringContaining('--ca ca.pem')])
    expect((await cli('login', '--url', url, '--ca', ca)).code).toBe(0)
    await rm(ca)
    expect((await cli('status')).code).toBe(0)
    expect((await cli('status', '--url', url.replace('https:', 'http:'))).err).toContain('https:// instead')
    // What was kept is for that server alone.
    expect((await cli('status', '--url', url.replace('127.0.0.1', 'localhost'))).err).toContain('--ca ca.pem')
  })
})
