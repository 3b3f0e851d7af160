#!/usr/bin/env node
/**
 * `npm run demo`: one command, and real hosts join a real WireGuard mesh.
 *
 * This process stays in the machine's own network namespace and touches nothing there but one port of loopback. Server,
 * hosts, agents and tunnels run in a sandbox (`demo-inside.ts`); it dies with this process, and with it all of them.
 */
import { takeDataFolder } from './demo/data-folder.js'
import { canInstallPackages, installPackages } from './demo/debian-packages.js'
import type { DemoPlan, DemoUp } from './demo/demo-message.js'
import { type DemoOptions, demoUsage, isKept, readDemoOptions, WrongOptions } from './demo/demo-options.js'
import { countReached, type DemoReport, renderReport, reportAsJson } from './demo/demo-report.js'
import { type Forwarder, openForwarder } from './demo/forwarder.js'
import { machinePids } from './demo/machine-pids.js'
import { renderEnd, renderNextSteps, renderServerAgain } from './demo/next-steps.js'
import { watchParents } from './demo/parent-watch.js'
import { type Progress, startProgress } from './demo/progress.js'
import { type Session, startSession } from './demo/session.js'
import type { SandboxProbe } from './sandbox/judge-sandbox.js'
import { probeSandbox } from './sandbox/probe-sandbox.js'

const exitCodes = { incomplete: 1, wrongOptions: 2, impossible: 69, interrupted: 130 } as const

async function main(args: readonly string[]): Promise<number> {
  const options = readDemoOptions(args)
  if (options.help) {
    process.stdout.write(demoUsage)
    return 0
  }
  const startedAt = Date.now()
  const progress = startProgress(startedAt)
  const data = takeDataFolder(options.data)
  let code: number = exitCodes.incomplete
  try {
    code = await runDemo(options, data.path, startedAt, progress)
    return code
  } finally {
    const keep = isKept(options) || code === exitCodes.incomplete
    if (keep && options.data === undefined) progress(`logs and data are kept in ${data.path}`)
    data.release(keep)
  }
}

/** Installs what is missing where it may; what is still in the way is in the answer. */
async function probeOrInstall(progress: Progress): Promise<SandboxProbe> {
  const probe = probeSandbox()
  if (probe.possible || probe.missingPackages.length === 0 || !canInstallPackages()) return probe
  progress(probe.reason)
  return (await installPackages(probe.missingPackages, progress)) ? probeOrInstall(progress) : probe
}

function refuse({ reason, remedy, missingPackages }: SandboxProbe & { readonly possible: false }): number {
  const simulated = 'npm run demo -- --simulated'
  const retry = missingPackages.length > 0 ? ', then start the demo again' : ''
  process.stderr.write(
    `The demo needs network namespaces and WireGuard, and cannot have them here.\n${reason}\n` +
      `The way out${retry}:\n  ${remedy}\nOr hosts inside one process, which needs no rights:\n  ${simulated}\n`,
  )
  return exitCodes.impossible
}

async function runDemo(options: DemoOptions, dataFolder: string, startedAt: number, progress: Progress) {
  const hostNames = Array.from({ length: options.hosts }, (_, index) => `h${index + 1}`)
  const plan = { hostNames, dataFolder, startedAt, tour: options.tour }
  if (!options.simulated) return runInNamespaces(options, plan, progress)
  // Loaded only now: server and agents come into this process with it.
  const { runSimulatedDemo } = await import('./demo/run-simulated.js')
  const all = await runSimulatedDemo(options, plan, progress)
  return options.once && !all ? exitCodes.incomplete : 0
}

async function runInNamespaces(options: DemoOptions, plan: DemoPlan, progress: Progress) {
  const probe = await probeOrInstall(progress)
  if (!probe.possible) return refuse(probe)
  progress(`${options.hosts} hosts with ${probe.wireGuard === 'kernel' ? "the kernel's WireGuard" : 'wireguard-go'}`)
  let forwarder: Forwarder | undefined
  const session: Session = startSession(plan, {
    progress,
    onMeshed: (report) => {
      if (!options.json) process.stdout.write(`\n${renderReport(report)}\n`)
    },
    onTour: (text) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`),
    onUp: async (up) => {
      forwarder = await openForwarder(options.port, up.socketFile)
      show(options, up, session, forwarder, plan.dataFolder)
      if (options.once) session.stop()
    },
    onServerAgain: (pid) => progress(renderServerAgain(machinePids(session.sandboxPid).get(pid))),
  })
  const interrupted = stopOnSignals(session, progress)
  const { up, failure } = await session.ended
  forwarder?.close()
  if (failure !== undefined) process.stderr.write(`The demo failed: ${failure}\n`)
  if (failure !== undefined) return exitCodes.incomplete
  if (up === undefined) return interrupted() ? exitCodes.interrupted : exitCodes.incomplete
  return options.once && !isWhole(up.report) ? exitCodes.incomplete : 0
}

const isWhole = ({ pairs, tour }: DemoReport): boolean =>
  countReached(pairs) === pairs.length && tour.every(({ passed }) => passed)

/** @returns whether a signal has come */
function stopOnSignals(session: Session, progress: Progress): () => boolean {
  let firstAt: number | undefined
  const stop = (why: string) => {
    // One Ctrl-C may arrive twice, from the terminal and from npm.
    if (firstAt !== undefined && Date.now() - firstAt < 1_000) return
    if (firstAt === undefined) progress(`${why}: ending the mesh`)
    firstAt ??= Date.now()
    session.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  watchParents(() => stop('the command that started this is gone'))
  return () => firstAt !== undefined
}

function show(options: DemoOptions, up: DemoUp, session: Session, { port }: Forwarder, dataFolder: string): void {
  if (options.json) process.stdout.write(`${reportAsJson(up.report, false)}\n`)
  if (options.once) return
  const pids = machinePids(session.sandboxPid)
  const { hosts } = up.report
  const steps = renderNextSteps({
    url: `http://127.0.0.1:${port}`,
    adminToken: up.adminToken,
    dataFolder,
    namespaces: {
      hosts: hosts.map(({ name, pid }) => ({ name, pid: pids.get(pid ?? 0) ?? 0 })),
      otherAddress: hosts[1]?.addresses[0] ?? '',
      serverPid: pids.get(up.serverPid),
      userNamespace: session.userNamespace,
    },
  })
  const stream = options.json ? process.stderr : process.stdout
  stream.write(`\n${steps}\n\n${renderEnd(isKept(options) ? dataFolder : undefined)}\n`)
}

// A reader that has left (`| head`) must not end the demo in the middle of its work.
process.stdout.on('error', () => {})
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error
  process.stderr.write(`${error.message}\n(npm run demo -- --help tells the rest)\n`)
  process.exitCode = exitCodes.wrongOptions
}
