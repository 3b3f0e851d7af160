import { Mesh, type MeshMember, type MeshPlan } from '../mesh/mesh.js'
import type { AgentPlan } from '../mesh/mesh-agent.js'
import type { ServerPlan } from '../mesh/mesh-server.js'
import { PingStream } from '../net/ping.js'
import { readPingOutput } from '../net/ping-output.js'
import { waitUntil } from '../wait-until.js'
import { haveFirstConfigs, markLogs } from './agent-logs.js'
import type { Stage } from './scenario.js'

/** What a scenario asks of its server, its agents, and the hosts that they are on. */
export type MeshOptions = Pick<AgentPlan, 'runOptions' | 'enrollOptions'> &
  Pick<ServerPlan, 'serveOptions'> &
  Pick<MeshPlan, 'hostScript'>

/** A mesh of `h1` to `h<count>`, with the build of wireguard-go that is the scenario's turn. */
export async function startMesh(
  { lab, toolFolder, tell }: Stage,
  count: number,
  { serveOptions, hostScript, ...options }: MeshOptions = {},
): Promise<Mesh> {
  const hostNames = Array.from({ length: count }, (_, index) => `h${index + 1}`)
  tell(`a mesh of ${count} hosts`)
  const agent = { ...options, ...(toolFolder !== undefined && { toolFolder }) }
  const server = serveOptions === undefined ? {} : { serveOptions }
  const plan = { hostNames, progress: tell, agent, server, ...(hostScript !== undefined && { hostScript }) }
  const mesh = await Mesh.start(lab, plan)
  await logsComeToRest(mesh)
  return mesh
}

/** A mesh, and its members by the parts that they have in the scenario. */
type CastMesh<Part extends string> = { readonly mesh: Mesh } & { readonly [Each in Part]: MeshMember }

/** The same with a host for each part, in that order; all have talked to each other, so that nothing later waits for a first handshake. */
export async function startCast<Part extends string>(
  stage: Stage,
  parts: readonly Part[],
  options?: MeshOptions,
): Promise<CastMesh<Part>> {
  const mesh = await startMesh(stage, parts.length, options)
  await mesh.pingMatrix()
  const cast = Object.fromEntries(parts.map((part, index) => [part, mesh.member(index)])) as Record<Part, MeshMember>
  return { mesh, ...cast }
}

/**
 * Agents write a line only after all of a message is applied, on a busy machine seconds after its tunnels are up: what the start was cause
 * of must not count later.
 */
async function logsComeToRest(mesh: Mesh): Promise<void> {
  const quietMs = 500
  let seen = -1
  let since = performance.now()
  await haveFirstConfigs(mesh.members, 60_000)
  await waitUntil('the logs come to rest', async () => {
    const marks = await markLogs(mesh.members)
    const lines = [...marks.values()].reduce((sum, count) => sum + count, 0)
    if (lines !== seen) since = performance.now()
    seen = lines
    return performance.now() - since > quietMs
  })
}

/** A stream of pings with a name for the report. */
export interface NamedStream {
  readonly name: string
  readonly stream: PingStream
}

/** Pings without a pause between pairs of members, started once each pair has answered. */
export async function startStreams(
  mesh: Mesh,
  pairs: readonly (readonly [MeshMember, MeshMember])[],
  intervalMs = 200,
): Promise<readonly NamedStream[]> {
  return Promise.all(
    pairs.map(async ([from, to]) => {
      const address = await mesh.address(to)
      // Two handshakes that cross take 5 s: that is not what the stream is to measure.
      const warm = await from.host.run('ping', ['-n', '-c', '1', '-W', '7', address])
      if (readPingOutput(warm.stdout).received === 0) throw new Error(`${to.name} does not answer ${from.name}.`)
      return { name: `${from.name}→${to.name}`, stream: new PingStream(from.host, address, intervalMs) }
    }),
  )
}

/** Ends the streams; none may have lost more than `most`. */
export async function checkStreams(
  { check, metric }: Stage,
  what: string,
  streams: readonly NamedStream[],
  most: number,
): Promise<void> {
  const counts = await Promise.all(streams.map(async ({ name, stream }) => ({ name, ...(await stream.stop()) })))
  const worst = Math.max(...counts.map(({ lost }) => lost))
  const detail = counts.map(({ name, lost, sent }) => `${name} ${lost} of ${sent}`).join(', ')
  check(`${what}: at most ${most} ping lost`, worst <= most && counts.every(({ sent }) => sent > 0), `lost ${detail}`)
  metric('worst-loss', worst)
}
