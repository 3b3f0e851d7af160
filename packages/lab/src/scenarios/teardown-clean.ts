import { Mesh } from '../mesh/mesh.js'
import { compareFootprints, takeFootprint } from './footprint.js'
import type { Scenario } from './scenario.js'

/** A driver leaves nothing behind: what a host looks like before the agent and after it is the same. */
export const teardownClean: Scenario = {
  name: 'teardown-clean',
  summary: 'after `down` a host looks as it did before the agent came',
  rows: [],
  async play({ lab, check, tell }) {
    const mesh = await Mesh.open(lab, { hostNames: [], progress: tell })
    const hosts = await lab.publicHosts(['h1', 'h2', 'h3'])
    const before = await Promise.all(hosts.map(takeFootprint))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    const { reachable } = await mesh.pingMatrix()
    check('the mesh was up', reachable === 6, `${reachable} of 6`)
    for (const { name, agent } of mesh.members) {
      const code = await agent.stop()
      check(`${name}: the agent ends gently`, code === 0, `exit code ${code}`)
      await agent.down()
    }
    const after = await Promise.all(hosts.map(takeFootprint))
    mesh.members.forEach(({ name }, index) => {
      const [then, now] = [before[index], after[index]]
      const left = then === undefined || now === undefined ? ['not looked at'] : compareFootprints(then, now)
      check(`${name}: nothing is left`, left.length === 0, left.join(' | '))
    })
    const code = await mesh.server.stop()
    check('the server ends gently', code === 0, `exit code ${code}`)
  },
}
