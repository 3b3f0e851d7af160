#!/usr/bin/env node
/**
 * `npm run pnpm -- lab …`: lists scenarios, plays one, or leaves one's world up with a shell in it.
 *
 * Enters a sandbox by itself. Progress goes to stderr; the last line of `run --json` is one JSON object.
 */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { enterSandbox } from './cli/enter-sandbox.js'
import { Misused, numberOf, readLabLine } from './cli/lab-line.js'
import { playAll, prepareAll } from './cli/play-all.js'
import { playOften } from './cli/play-often.js'
import { openShell } from './cli/shell.js'
import { fetchDebianKernel } from './kernel/debian-kernel.js'
import { UnknownLack } from './left-out.js'
import { obstacleToFolder } from './make-folder.js'
import { SandboxImpossible, sandboxMark } from './sandbox/run-in-sandbox.js'
import { scenarioList } from './scenario-list.js'
import { scenarios } from './scenarios/index.js'
import { playScenario, type RandomDraw, type Scenario } from './scenarios/scenario.js'
import { fetchNewerWireguardGo } from './tools/newer-wireguard-go.js'
import { fetchResolverPackages } from './tools/resolver-packages.js'

const usage = `Usage:
  npm run pnpm -- lab list [--json]
  npm run pnpm -- lab run <scenario> [--json] [--data DIR] [--pcap DIR]
  npm run pnpm -- lab run --all [--quick] [--json]
  npm run pnpm -- lab run <scenario>… --times N [--log FILE] [--data DIR]
  npm run pnpm -- lab run model-vs-kernel [--runs N] [--seed S] [--from K] [--log FILE]
  npm run pnpm -- lab shell <scenario>
  npm run pnpm -- lab fetch          what scenarios want and the system lacks: a newer wireguard-go, a kernel with WireGuard, resolvers

  --all     every scenario, one after the other; --quick leaves out the slow ones and names them
  --times   plays them in turn, so often each; --log is a page with every run, and --data keeps the runs that failed
  --data    keeps logs, keys and databases there; without it they are kept where something failed, in a folder that is told
  --pcap    writes all packets of every host there, for tcpdump and Wireshark
  --runs, --seed, --from   random meshes --from to --from + --runs - 1 of a seed
            with --log a table in that file gets a row for every ten of them, and those that it has are not played again
Exit codes: 0 all passed, 1 something failed, 2 misused, 69 the lab can't run here, 128 + n ended by signal n.
`

async function main(args: readonly string[]): Promise<number> {
  const { command, names, values, times } = readLabLine(
    args,
    scenarios.map(({ name }) => name),
  )
  if (command === 'help') process.stdout.write(usage)
  else if (command === 'list') list(values.json)
  else if (command === 'fetch') return fetchTools()
  else {
    if (values.all && command === 'run') return playAll(scenarios, values)
    const [scenario, ...others] = names.flatMap((name) => scenarios.filter((one) => one.name === name))
    if (scenario === undefined) throw new Misused('Which scenario?')
    makeGiven([values.data, values.pcap])
    if (times !== undefined && command === 'run') {
      refuseExisting(values.log)
      refuseFilled(values.data)
      return playOften([scenario, ...others], { ...values, times })
    }
    if (process.env[sandboxMark] !== '1') {
      await prepareAll([scenario])
      return enterSandbox(args)
    }
    const draw = drawOf(values)
    return play(scenario, { ...values, shell: command === 'shell', draw })
  }
  return 0
}

function drawOf({ log, ...values }: Readonly<Partial<Record<keyof RandomDraw, string>>>): Partial<RandomDraw> {
  const numbers = (['seed', 'from', 'runs'] as const).flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [[name, numberOf(name, value)] as const]
  })
  return { ...Object.fromEntries(numbers), ...(log !== undefined && { log: resolve(log) }) }
}

/** What is wrong with a folder is told before a scenario begins. */
function makeGiven(folders: readonly (string | undefined)[]): void {
  for (const folder of folders) {
    const obstacle = folder === undefined ? undefined : obstacleToFolder(resolve(folder))
    if (obstacle !== undefined) throw new Misused(obstacle)
  }
}

/** A page of many runs is not to be lost to one of few. */
function refuseExisting(log: string | undefined): void {
  if (log !== undefined && existsSync(log)) throw new Misused(`${log} is there already: name another file for --log.`)
}

/** What a run that failed left there would be another one's beginning. */
function refuseFilled(data: string | undefined): void {
  if (data !== undefined && readdirSync(data).length > 0)
    throw new Misused(`${data} is not empty: name another folder for --data.`)
}

function list(json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(scenarioList)}\n`)
    return
  }
  const width = Math.max(...scenarioList.map(({ name }) => name.length)) + 2
  for (const { name, summary, slowSeconds } of scenarioList)
    process.stdout.write(`${name.padEnd(width)}${summary}${slowSeconds === null ? '' : ` (slow: ${slowSeconds} s)`}\n`)
}

async function fetchTools(): Promise<number> {
  const newer = await fetchNewerWireguardGo()
  process.stderr.write(newer.available ? `wireguard-go in ${newer.folder}\n` : `${newer.reason}\n`)
  const kernel = await fetchDebianKernel()
  process.stderr.write(kernel.available ? `Linux ${kernel.version} in ${kernel.modules}\n` : `${kernel.reason}\n`)
  const faults = await fetchResolverPackages()
  process.stderr.write(
    faults.length === 0 ? 'resolvconf of both makes, and systemd-resolved\n' : `${faults.join('\n')}\n`,
  )
  return newer.available && kernel.available && faults.length === 0 ? 0 : 1
}

interface PlayChoice {
  readonly json: boolean
  readonly data?: string | undefined
  readonly pcap?: string | undefined
  readonly shell: boolean
  readonly draw: Partial<RandomDraw>
}

async function play(scenario: Scenario, { json, data, pcap, shell, draw }: PlayChoice): Promise<number> {
  const startedAt = performance.now()
  const tell = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    process.stderr.write(`[${seconds.padStart(5)} s] ${text}\n`)
  }
  const result = await playScenario(scenario, {
    tell,
    environment: process.env,
    draw,
    ...(data !== undefined && { dataFolder: resolve(data) }),
    ...(pcap !== undefined && { pcapFolder: resolve(pcap) }),
    ...(shell && { afterwards: openShell }),
  })
  const failed = result.checks.filter(({ passed }) => !passed).length
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(`${scenario.name}: ${result.checks.length - failed} passed, ${failed} failed\n`)
  return result.passed ? 0 : 1
}

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof SandboxImpossible) {
    process.stderr.write(`The lab cannot run here. ${error.reason}\nThe way out:\n  ${error.remedy}\n`)
    process.exitCode = 69
  } else if (error instanceof Misused || error instanceof UnknownLack) {
    process.stderr.write(`${error.message}\n(npm run pnpm -- lab --help tells the rest)\n`)
    process.exitCode = 2
  } else throw error
}
