/** The WireGuard of the kernel, on a machine of its own where this one's kernel has none. */
import { join } from 'node:path'
import { fetchDebianKernel, findDebianKernel } from '../kernel/debian-kernel.js'
import { runEmulated } from '../kernel/emulated-machine.js'
import { patienceVariable } from '../patience.js'
import { repositoryFolder } from '../program-file.js'
import { everyRole } from './every-role.js'
import type { Scenario, ScenarioResult, Stage } from './scenario.js'

/** Emulated processors take so many times longer, and the machine outside may be busy besides. */
const patience = 12
const limitSeconds = 900
const inside = everyRole.name

export const kernelWireguard: Scenario = {
  name: 'kernel-wireguard',
  rows: everyRole.rows,
  summary: `Debian's own kernel, emulated, and "${inside}" inside it with the WireGuard of the kernel`,
  limitSeconds: limitSeconds + 10,
  isApart: true,
  async prepare() {
    await fetchDebianKernel()
  },
  obstacle() {
    const kernel = findDebianKernel()
    if (kernel.available) return undefined
    return { lack: kernel.isKnown ? 'debian-kernel' : 'processor', reason: kernel.reason }
  },
  async play(stage) {
    const kernel = findDebianKernel()
    if (!kernel.available) throw new Error(kernel.reason)
    stage.tell(`Linux ${kernel.version}`)
    const startedAt = performance.now()
    const program = join(repositoryFolder(), 'packages/lab/dist/cli.js')
    const output = await runEmulated([process.execPath, program, 'run', inside, '--json'], {
      kernel,
      folder: repositoryFolder(),
      env: { [patienceVariable]: String(patience), NODE_COMPILE_CACHE: '/run/compiled' },
      limitMs: limitSeconds * 1_000,
      onLine: (line) => stage.tell(line),
    })
    stage.metric('emulated-seconds', Math.round((performance.now() - startedAt) / 1_000))
    judge(stage, output)
  },
}

function judge(stage: Stage, output: string): void {
  const last = output.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`Nothing came of "${inside}": ${last === '' ? 'no output' : last}`)
  const { checks, metrics } = JSON.parse(last) as ScenarioResult
  for (const { name, passed, detail } of checks) stage.check(name, passed, detail)
  for (const [name, value] of Object.entries(metrics)) stage.metric(name, value)
  stage.check("all of them have the kernel's WireGuard", metrics['kernel-wireguards'] === 3)
}
