/**
 * The demo's inner part: runs inside the sandbox, started by `demo.ts`, and brings up the mesh.
 *
 * Writes `DemoMessage`s to stdout, a line each; ends gently on SIGTERM or SIGINT.
 */
import type { DemoMessage, DemoPlan } from './demo/demo-message.js'
import type { DemoHost, DemoReport } from './demo/demo-report.js'
import { keepAlive } from './demo/keep-alive.js'
import { playTour } from './demo/tour.js'
import { Mesh, type MeshMember } from './mesh/mesh.js'
import { Lab } from './net/lab.js'
import type { PingMatrix } from './net/ping.js'

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

const tell = (message: DemoMessage) => void process.stdout.write(`${JSON.stringify(message)}\n`)
const progress = (text: string) => tell({ kind: 'progress', text })

/** Reads the time passed since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const before = last
    last = performance.now()
    return Math.round(last - before)
  }
}

async function bringUp(
  lab: Lab,
  { hostNames, startedAt, tour }: DemoPlan,
): Promise<{ mesh: Mesh; report: DemoReport }> {
  const lap = stopwatch()
  progress('starting the server in a namespace of its own')
  const mesh = await Mesh.open(lab, { hostNames, progress })
  const server = lap()
  const others = (await hostsOf(mesh)).filter((name) => !hostNames.includes(name))
  if (others.length > 0)
    throw new Error(
      `The mesh in the folder has more hosts: ${others.join(', ')}. Give --hosts ${hostNames.length + others.length}, or another folder for --data.`,
    )
  progress(`enrolling ${hostNames.length} hosts with an enrolment key`)
  await mesh.join(hostNames)
  const enrolment = lap()
  progress('agents started; waiting until each has all others as peers')
  await mesh.waitForTunnels(60_000)
  const meshed = lap()
  progress('pinging from everybody to everybody')
  const matrix = await mesh.pingMatrix()
  const timings = { server, enrolment, mesh: meshed, pings: lap(), total: Date.now() - startedAt }
  const hosts = await Promise.all(mesh.members.map((member) => describeHost(mesh, member)))
  const report = { hosts, pairs: describePairs(matrix), timings, tour: [] }
  tell({ kind: 'meshed', report })
  if (!tour) return { mesh, report }
  return { mesh, report: { ...report, tour: await playTour(mesh, (text) => tell({ kind: 'tour', text })) } }
}

/** Those that enrolled, now or in an earlier run in the same folder. */
async function hostsOf(mesh: Mesh): Promise<readonly string[]> {
  const { hosts } = await mesh.server.api.get<{ hosts: readonly { name: string }[] }>('/api/v1/hosts')
  return hosts.map(({ name }) => name)
}

async function describeHost(mesh: Mesh, member: MeshMember): Promise<DemoHost> {
  const { peers, listenPort } = await mesh.tunnel(member)
  const times = peers.map(({ latestHandshake }) => latestHandshake).filter((time) => time > 0)
  return {
    name: member.name,
    addresses: [await mesh.address(member, 'ipv4'), await mesh.address(member, 'ipv6')],
    endpoint: `${mesh.lab.inet.uplink(member.host).address.ipv4}:${listenPort}`,
    handshakes: times.length,
    newestHandshakeSeconds:
      times.length === 0 ? undefined : Math.max(0, Math.round(Date.now() / 1_000 - Math.max(...times))),
    pid: member.host.pid,
  }
}

const describePairs = ({ results }: PingMatrix) =>
  results.map(({ from, to, reached, roundTripMs = null }) => ({ from: from.name, to: to.name, reached, roundTripMs }))

async function main(plan: DemoPlan): Promise<void> {
  await using lab = await Lab.open({ dataFolder: plan.dataFolder })
  const stopped = new Promise<'stopped'>((resolve) => stop.signal.addEventListener('abort', () => resolve('stopped')))
  const outcome = await Promise.race([bringUp(lab, plan), stopped])
  if (outcome === 'stopped') return
  const { mesh, report } = outcome
  const { socketFile } = mesh.server
  tell({ kind: 'up', report, socketFile, adminToken: mesh.server.api.token, serverPid: await mesh.server.pid() })
  const onServerAgain = (serverPid: number) => tell({ kind: 'server-again', serverPid })
  const alive = keepAlive(mesh, { tell: progress, onServerAgain }, stop.signal)
  await Promise.race([stopped, alive])
  await mesh.stop()
}

try {
  await main(JSON.parse(process.argv[2] ?? '{}') as DemoPlan)
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}
// Work that was under way when the signal came must not hold up the end.
process.exit()
