import { type DemoOptions, isKept } from './demo-options.js'
import { countReached, renderReport, reportAsJson } from './demo-report.js'
import { renderEnd, renderNextSteps } from './next-steps.js'
import { watchParents } from './parent-watch.js'
import type { Progress } from './progress.js'
import { startSimulatedMesh } from './simulated-demo.js'

const notice = `Simulated: the server and the agents are real, the hosts are not. No packet was sent; a pair counts as answered
where both interfaces, as the agents configured them, would let it through.`

/** `--simulated`: the whole demo inside this process. @returns whether every pair would be reached */
export async function runSimulatedDemo(
  options: DemoOptions,
  plan: { readonly hostNames: readonly string[]; readonly dataFolder: string; readonly startedAt: number },
  progress: Progress,
): Promise<boolean> {
  const ended = endSignal()
  progress('starting the server in this process')
  const mesh = await startSimulatedMesh({ ...plan, port: options.port, progress })
  const { report, url, adminToken } = mesh
  if (options.json) process.stdout.write(`${reportAsJson(report, true)}\n`)
  else process.stdout.write(`\n${renderReport(report)}\n\n${notice}\n`)
  if (!options.once) {
    const steps = renderNextSteps({ url, adminToken, dataFolder: plan.dataFolder })
    const stream = options.json ? process.stderr : process.stdout
    stream.write(`\n${steps}\n\n${renderEnd(isKept(options) ? plan.dataFolder : undefined)}\n`)
    progress(`${await ended}: ending the mesh`)
  }
  await mesh.stop()
  return countReached(report.pairs) === report.pairs.length
}

/** The first reason to end; a second signal has its usual effect. */
function endSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
    watchParents(() => resolve('the command that started this is gone'))
  })
}
