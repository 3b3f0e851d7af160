/** A thousand machines join at once, through the HTTP API, on real SQLite. Their own cryptography runs in the same process, and counts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createEnrollmentRequest,
  decodeWith,
  type EnrollmentToken,
  encodeHostClaims,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
  parseEnrollmentToken,
  proveEnrollment,
} from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { startServer } from '../src/compose.js'
import { silentLog } from '../src/server-log.js'
import { claimsOf, freshKeys, type HostKeyPairs, publicKeysOf } from '../test/support/fake-agent.js'

const MACHINES = 1000
/** As many machines would have sockets, within what a process may open. */
const SOCKETS = 500

type Post = (path: string, body: unknown, token?: string) => Promise<unknown>

/** Seconds for all, how many events and appends they took, and how long the unluckiest machine waited. */
export async function run(): Promise<{ bench: 'enrollments'; metrics: Record<string, number> }> {
  const data = mkdtempSync(join(tmpdir(), 'meshfold-bench-'))
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS })
  try {
    const listen = [{ kind: 'tcp', host: '127.0.0.1', port: 0 }] as const
    const server = right(await startServer({ data, listen, serverLog: silentLog, servePage: false }))
    const post = poster(agent, server.urls[0] ?? '')
    const token = await prepare(post, server.adminToken ?? '')
    const machines = Array.from({ length: MACHINES }, (_, i) => ({ name: `host-${i}`, keys: freshKeys() }))
    const before = server.context.service.asOf.revision
    const startedMs = performance.now()
    const waitedMs = await Promise.all(
      machines.map(async ({ name, keys }) => {
        await enroll(post, token, name, keys)
        return performance.now() - startedMs
      }),
    )
    const seconds = (performance.now() - startedMs) / 1000
    const events = server.context.service.asOf.revision - before
    const text = await server.context.metrics.text()
    const appends = Number(/^meshfold_event_log_append_seconds_count (\d+)$/m.exec(text)?.[1]) - 3
    await server.stop()
    const longestSeconds = Math.max(...waitedMs) / 1000
    return {
      bench: 'enrollments',
      metrics: { machines: MACHINES, seconds, machinesPerSecond: MACHINES / seconds, events, appends, longestSeconds },
    }
  } finally {
    agent.destroy()
    rmSync(data, { recursive: true, force: true })
  }
}

async function prepare(post: Post, adminToken: string): Promise<EnrollmentToken> {
  const made = (await post('/networks', { name: 'bench', range4: '10.0.0.0/16', range6: 'fd66::/64' }, adminToken)) as {
    network: { networkId: string }
  }
  const body = { name: 'bench', networkIds: [made.network.networkId], maxUses: MACHINES }
  const key = (await post('/enrollment-keys', body, adminToken)) as { token: string }
  return right(parseEnrollmentToken(key.token))
}

async function enroll(post: Post, token: EnrollmentToken, name: string, keys: HostKeyPairs): Promise<void> {
  const asked = createEnrollmentRequest(nodeCrypto, { keyId: token.keyId, ...publicKeysOf(keys) })
  const answer = await post('/enrollment/challenge', enrollmentRequestCodec.encode(asked))
  const proof = proveEnrollment(nodeCrypto, {
    token,
    request: asked,
    challenge: right(decodeWith(enrollmentChallengeCodec, answer)),
    claims: encodeHostClaims(claimsOf(name)),
    wireguardPrivateKey: keys.wireguard.privateKey,
    identityPrivateKey: keys.identity.privateKey,
  })
  await post('/enrollment/proof', enrollmentProofCodec.encode(right(proof)))
}

const poster =
  (agent: Agent, url: string): Post =>
  (path, body, token) =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      }
      const asked = request(`${url}/api/v1${path}`, { method: 'POST', agent, headers }, async (response) => {
        let text = ''
        for await (const part of response) text += String(part)
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text))
        else reject(new Error(text))
      })
      asked.once('error', reject)
      asked.end(JSON.stringify(body))
    })

function right<A>(either: E.Either<unknown, A>): A {
  if (E.isRight(either)) return either.right
  throw new Error(JSON.stringify(either.left))
}
