#!/usr/bin/env node
/**
 * `npm run pnpm -- lab …`: lists scenarios, plays one, or leaves one's world up with a shell in it.
 *
 * Enters a sandbox by itself. Progress goes to stderr; the last line of `run --json` is one JSON object.
 */
import { parseArgs } from 'node:util'
import { openShell } from './cli/shell.js'
import { fetchDebianKernel } from './kernel/debian-kernel.js'
import { runInSandbox, SandboxImpossible, sandboxMark } from './sandbox/run-in-sandbox.js'
import { scenarios } from './scenarios/index.js'
import { playScenario, type Scenario } from './scenarios/scenario.js'
import { fetchNewerWireguardGo } from './tools/newer-wireguard-go.js'

const usage = `Usage:
  npm run pnpm -- lab list [--json]
  npm run pnpm -- lab run <scenario> [--json] [--data DIR]
  npm run pnpm -- lab shell <scenario>
  npm run pnpm -- lab fetch          what scenarios want and the system lacks: a newer wireguard-go, and a kernel with WireGuard
`

class Misused extends Error {}

async function main(args: readonly string[]): Promise<number> {
  const { positionals, values } = parse(args)
  const [command = 'help', name] = positionals
  if (values.help || command === 'help') process.stdout.write(usage)
  else if (command === 'list') list(values.json)
  else if (command === 'fetch') return fetchTools()
  else if (command === 'run' || command === 'shell') {
    const scenario = scenarioNamed(name)
    if (process.env[sandboxMark] !== '1') return enterSandbox(scenario, args)
    return play(scenario, { json: values.json, data: values.data, shell: command === 'shell' })
  } else throw new Misused(`There is no command "${command}".`)
  return 0
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        data: { type: 'string' },
      },
    })
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error))
  }
}

function scenarioNamed(name: string | undefined): Scenario {
  const scenario = scenarios.find((candidate) => candidate.name === name)
  if (scenario !== undefined) return scenario
  throw new Misused(`There is no scenario "${name ?? ''}". Scenarios: ${scenarios.map((one) => one.name).join(', ')}.`)
}

function list(json: boolean): void {
  const rows = scenarios.map(({ name, summary }) => ({ name, summary }))
  if (json) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else for (const { name, summary } of rows) process.stdout.write(`${name.padEnd(18)}${summary}\n`)
}

async function fetchTools(): Promise<number> {
  const newer = await fetchNewerWireguardGo()
  process.stderr.write(newer.available ? `wireguard-go in ${newer.folder}\n` : `${newer.reason}\n`)
  const kernel = await fetchDebianKernel()
  process.stderr.write(kernel.available ? `Linux ${kernel.version} in ${kernel.modules}\n` : `${kernel.reason}\n`)
  return newer.available && kernel.available ? 0 : 1
}

/** What needs a network is done before: inside there is none. */
async function enterSandbox({ bothBuilds = false, prepare }: Scenario, args: readonly string[]): Promise<number> {
  if (bothBuilds) await fetchNewerWireguardGo()
  await prepare?.()
  const run = runInSandbox([process.execPath, process.argv[1] ?? '', ...args])
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) run.stop(signal, 2_000)
    })
  }
  return run.exitCode
}

interface PlayChoice {
  readonly json: boolean
  readonly data: string | undefined
  readonly shell: boolean
}

async function play(scenario: Scenario, { json, data, shell }: PlayChoice): Promise<number> {
  const startedAt = performance.now()
  const tell = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    process.stderr.write(`[${seconds.padStart(5)} s] ${text}\n`)
  }
  const result = await playScenario(scenario, {
    tell,
    ...(data !== undefined && { dataFolder: data }),
    ...(shell && { afterwards: openShell }),
  })
  const failed = result.checks.filter(({ passed }) => !passed).length
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(`${scenario.name}: ${result.checks.length - failed} passed, ${failed} failed\n`)
  return result.passed ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof SandboxImpossible) {
    process.stderr.write(`The lab cannot run here. ${error.reason}\nThe way out:\n  ${error.remedy}\n`)
    process.exitCode = 69
  } else if (error instanceof Misused) {
    process.stderr.write(`${error.message}\n${usage}`)
    process.exitCode = 2
  } else throw error
}
