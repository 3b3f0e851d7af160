import type { Scenario } from '../scenarios/scenario.js'
import { fetchNewerWireguardGo } from '../tools/newer-wireguard-go.js'
import { enterSandbox } from './enter-sandbox.js'

export interface PlayAllChoice {
  readonly json: boolean
  /** Without those marked slow. */
  readonly quick: boolean
}

/** What scenarios need a network for is done before: inside a sandbox there is none. */
export async function prepareAll(scenarios: readonly Scenario[]): Promise<void> {
  if (scenarios.some(({ bothBuilds }) => bothBuilds)) await fetchNewerWireguardGo()
  for (const { prepare } of scenarios) await prepare?.()
}

/**
 * Plays one scenario after the other, each in a sandbox of its own. With `json` each prints its object, and the last line says which
 * failed and which were left out.
 */
export async function playAll(scenarios: readonly Scenario[], { json, quick }: PlayAllChoice): Promise<number> {
  const skipped = quick ? scenarios.filter(({ slowSeconds }) => slowSeconds !== undefined) : []
  const failed: string[] = []
  await prepareAll(scenarios)
  for (const { name } of scenarios.filter((each) => !skipped.includes(each))) {
    process.stderr.write(`\n${name}\n`)
    const code = await enterSandbox(['run', name, ...(json ? ['--json'] : [])])
    if (code > 128) return code
    if (code !== 0) failed.push(name)
  }
  for (const { name, slowSeconds } of skipped) process.stderr.write(`left out: ${name}, which takes ${slowSeconds} s\n`)
  const played = scenarios.length - skipped.length
  const result = { passed: failed.length === 0, played, failed, skipped: skipped.map(({ name }) => name) }
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(`${played} scenarios, ${failed.length} failed${failed.map((name) => ` ${name}`).join()}\n`)
  return result.passed ? 0 : 1
}
