import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { IpAddress } from '@meshfold/core'
import { type RunningServer, silentLog, startServer } from '@meshfold/reference-server'
import * as E from 'fp-ts/lib/Either.js'
import { makeFolder } from '../make-folder.js'
import { ApiClient } from '../mesh/api-client.js'
import { ensureNetwork, isMeshIpv4, isMeshIpv6, makeEnrollmentToken } from '../mesh/mesh-network.js'
import { waitUntil } from '../wait-until.js'
import type { DemoHost, DemoPair, DemoReport } from './demo-report.js'
import type { Progress } from './progress.js'
import { wouldDeliver } from './simulated-delivery.js'
import { type SimulatedMember, startSimulatedHost } from './simulated-host.js'

export interface SimulatedPlan {
  readonly hostNames: readonly string[]
  readonly dataFolder: string
  readonly port: number
  readonly startedAt: number
  readonly progress: Progress
}

/** A mesh inside this process. */
export interface SimulatedMesh {
  readonly report: DemoReport
  readonly url: string
  readonly adminToken: string
  stop(): Promise<void>
}

/** The real server and real agents over simulated hosts: everything but the packets. */
export async function startSimulatedMesh(plan: SimulatedPlan): Promise<SimulatedMesh> {
  const { hostNames, progress, startedAt } = plan
  const port = await freePort(plan.port)
  const folder = join(plan.dataFolder, 'simulated')
  const server = await openServer(folder, port)
  const adminToken = await keepToken(folder, server.adminToken)
  const serverUp = Date.now()
  progress(`enrolling ${hostNames.length} simulated hosts`)
  const api = new ApiClient({ host: '127.0.0.1', port }, adminToken)
  const token = await makeEnrollmentToken(api, await ensureNetwork(api), hostNames.length)
  const url = `http://127.0.0.1:${port}`
  const members: SimulatedMember[] = []
  for (const [index, name] of hostNames.entries()) {
    members.push(
      await startSimulatedHost({ name, number: index + 1, serverUrl: url, token, folder: join(folder, name) }),
    )
  }
  const enrolled = Date.now()
  progress('waiting until each has all others as peers')
  await Promise.all(members.map((member) => waitForPeers(member, members.length - 1)))
  const meshed = Date.now()
  const pairs = members.flatMap((from) => members.filter((to) => to !== from).map((to) => pairOf(from, to)))
  const timings = {
    server: serverUp - startedAt,
    enrolment: enrolled - serverUp,
    mesh: meshed - enrolled,
    pings: Date.now() - meshed,
    total: Date.now() - startedAt,
  }
  const stop = async () => {
    await Promise.all(members.map(({ agent }) => agent.stop()))
    await server.stop()
  }
  return { report: { hosts: members.map(describeHost), pairs, timings, tour: [] }, url, adminToken, stop }
}

async function openServer(folder: string, port: number): Promise<RunningServer> {
  makeFolder(folder)
  const listen = [{ kind: 'tcp', host: '127.0.0.1', port }] as const
  const started = await startServer({ data: join(folder, 'server'), listen, serverLog: silentLog })
  if (E.isLeft(started)) throw new Error(started.left.message)
  return started.right
}

/** The server shows its token once; started again on the same folder, the demo must know it still. */
async function keepToken(folder: string, shown: string | null): Promise<string> {
  const file = join(folder, 'admin-token')
  if (shown !== null) await writeFile(file, shown, { mode: 0o600 })
  return shown ?? (await readFile(file, 'utf8'))
}

function waitForPeers({ name, host }: SimulatedMember, peers: number): Promise<boolean> {
  return waitUntil(`${name} has ${peers} peers`, () => host.state.peers.size === peers, { limitMs: 30_000 })
}

/** Own addresses in the network: IPv4, IPv6. */
function addressesOf({ host }: SimulatedMember): readonly IpAddress[] {
  const all = host.state.interface?.addresses ?? []
  return [...all.filter(isMeshIpv4), ...all.filter(isMeshIpv6)]
}

function pairOf(from: SimulatedMember, to: SimulatedMember): DemoPair {
  const [source, target] = [addressesOf(from)[0], addressesOf(to)[0]]
  const [there, back] = [from.host.state, to.host.state]
  const reached =
    source !== undefined &&
    target !== undefined &&
    wouldDeliver(there, back, { from: source, to: target }) &&
    wouldDeliver(back, there, { from: target, to: source })
  return { from: from.name, to: to.name, reached, roundTripMs: null }
}

function describeHost(member: SimulatedMember): DemoHost {
  const { underlayAddresses, interface: link } = member.host.state
  return {
    name: member.name,
    addresses: addressesOf(member),
    endpoint: `${underlayAddresses[0]?.address}:${link?.listenPort}`,
    handshakes: undefined,
    newestHandshakeSeconds: undefined,
    pid: undefined,
  }
}

async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port <= wanted + 20; port += 1) {
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((resolve) => probe.close(resolve))
    if (free) return port
  }
  throw new Error(`Ports ${wanted} to ${wanted + 20} are all taken: choose another with --port.`)
}
