import type { PingMatrix } from '../net/ping.js'
import type { Scenario, Stage } from './scenario.js'
import { startMesh } from './start-mesh.js'

/** The least that everything else stands on: five hosts, everybody reaches everybody, encrypted and directly. */
export const mesh: Scenario = {
  name: 'mesh',
  summary: 'five hosts enrol and reach each other over IPv4 and IPv6',
  rows: ['A4', 'A6'],
  async play(stage) {
    const startedAt = performance.now()
    const mesh = await startMesh(stage, 5)
    stage.metric('bring-up-ms', Math.round(performance.now() - startedAt))
    checkMatrix(stage, 'IPv4', await mesh.pingMatrix('ipv4'))
    checkMatrix(stage, 'IPv6', await mesh.pingMatrix('ipv6'))
    const tunnels = await Promise.all(mesh.members.map((member) => mesh.tunnel(member)))
    const handshakes = tunnels.flatMap(({ peers }) => peers).filter(({ latestHandshake }) => latestHandshake > 0).length
    stage.check('every pair has its own tunnel', handshakes === 20, `${handshakes} of 20 handshakes`)
    const direct = await stage.lab.inet.packets(mesh.member(0).host, mesh.member(1).host)
    stage.check('packets go from host to host, not through the server', direct > 0, `${direct} packets`)
  },
}

function checkMatrix(stage: Stage, family: string, { reachable, pairs, results }: PingMatrix): void {
  const missing = results.filter(({ reached }) => !reached).map(({ from, to }) => `${from.name}→${to.name}`)
  stage.check(
    `all pings answered over ${family}`,
    missing.length === 0,
    `${reachable} of ${pairs} ${missing.join(' ')}`.trimEnd(),
  )
}
