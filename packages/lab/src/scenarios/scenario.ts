import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { faultOf, type LeftOut } from '../left-out.js'
import { Lab } from '../net/lab.js'
import { findNewerWireguardGo } from '../tools/newer-wireguard-go.js'

/** One story with real packets, and what must come of it. */
export interface Scenario {
  readonly name: string
  readonly summary: string
  /** Rows of the rule book that it proves on real packets. */
  readonly rows: readonly string[]
  /** Seconds that it was measured to take, where that is too long for every test run. */
  readonly slowSeconds?: number
  /** It takes the whole machine, so it is played beside nothing else. */
  readonly isApart?: boolean
  /** Told once with the system's wireguard-go, and once with a newer one where there is one. */
  readonly bothBuilds?: boolean
  /** Longer than it may take anywhere. `undefined`: two minutes. */
  readonly limitSeconds?: number
  /** The seed of the random worlds that `npm test` plays, always the same ones; by hand others are drawn each time. */
  readonly testSeed?: number
  /** What needs a network of this machine: called before, outside the sandbox. */
  readonly prepare?: () => Promise<void>
  /** Why it can't be played on this machine; undefined: it can. */
  readonly obstacle?: () => LeftOut | undefined
  readonly play: (stage: Stage) => Promise<void>
}

/** What a scenario plays on. */
export interface Stage {
  readonly lab: Lab
  /** A folder with the wireguard-go to use; undefined: the system's. */
  readonly toolFolder: string | undefined
  /** Which random worlds a scenario is played in that makes them. */
  readonly draw: RandomDraw
  /** Something that must be so. A failed check does not end the scenario. */
  check(name: string, passed: boolean, detail?: string): void
  /** A figure worth keeping. */
  metric(name: string, value: number): void
  /** Where the story stands. */
  tell(text: string): void
}

/** Worlds `from` to `from + runs - 1` of a seed. */
export interface RandomDraw {
  readonly seed: number
  readonly from: number
  /** `undefined`: as many as the scenario likes. */
  readonly runs: number | undefined
  /** A file with a table of what was played: it is added to, and what it has is not played again. */
  readonly log?: string
}

export interface Check {
  readonly name: string
  readonly passed: boolean
  readonly detail: string
}

/** The one object of `lab run --json`. */
export interface ScenarioResult {
  readonly scenario: string
  readonly passed: boolean
  readonly checks: readonly Check[]
  readonly metrics: Readonly<Record<string, number>>
  /** What could not be tried here, with the reason. */
  readonly skipped: readonly string[]
}

export interface PlayOptions {
  readonly tell: (text: string) => void
  /** Whether this is CI, where what can't be tried is a failed check, and what is declared there. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Keeps logs and data there. Without it they are kept only if something failed, and it is told where. */
  readonly dataFolder?: string
  /** Every host's packets are written there, a file for each. */
  readonly pcapFolder?: string
  /** What is left out is chosen by chance, and said. */
  readonly draw?: Partial<RandomDraw>
  /** Called with the world still up. */
  readonly afterwards?: (lab: Lab) => Promise<void>
}

interface Build {
  readonly label: string
  readonly toolFolder: string | undefined
}

/** Plays a scenario to its end; whatever goes wrong is a failed check. */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const obstacle = scenario.obstacle?.()
  if (obstacle !== undefined) {
    const { skipped, faults } = judgeLeftOut([obstacle], scenario, options)
    return { scenario: scenario.name, passed: faults.length === 0, checks: faults, metrics: {}, skipped }
  }
  const checks: Check[] = []
  const metrics: Record<string, number> = {}
  const { builds, leftOut } = buildsFor(scenario)
  const draw = { seed: randomInt(1, 1_000_000), from: 0, runs: undefined, ...options.draw }
  for (const build of builds) {
    const prefix = builds.length > 1 ? `${build.label}: ` : ''
    const stage = {
      toolFolder: build.toolFolder,
      draw,
      check: (name: string, passed: boolean, detail = '') => {
        checks.push({ name: prefix + name, passed, detail })
        options.tell(`${passed ? 'ok    ' : 'FAILED'} ${prefix}${name}${detail === '' ? '' : `: ${detail}`}`)
      },
      metric: (name: string, value: number) => {
        metrics[builds.length > 1 ? `${build.label}-${name}` : name] = value
      },
      tell: (text: string) => options.tell(`       ${prefix}${text}`),
    }
    await playOnce(scenario, stage, { ...options, ...folderOf(options, builds, build) })
  }
  const { skipped, faults } = judgeLeftOut(leftOut, scenario, options)
  checks.push(...faults)
  const passed = checks.length > 0 && checks.every((check) => check.passed)
  return { scenario: scenario.name, passed, checks, metrics, skipped }
}

/** Says what can't be tried here; in CI each is a check that failed, unless it is declared. */
function judgeLeftOut(
  leftOut: readonly LeftOut[],
  { name }: Scenario,
  { tell, environment }: PlayOptions,
): { readonly skipped: readonly string[]; readonly faults: readonly Check[] } {
  const skipped = leftOut.map(({ reason }) => `${name}: ${reason}`)
  for (const reason of skipped) tell(`left out: ${reason}`)
  const faults = leftOut.flatMap((each) => faultOf(each, environment) ?? [])
  for (const fault of faults) tell(`FAILED ${everythingTried}: ${fault}`)
  return { skipped, faults: faults.map((detail) => ({ name: everythingTried, passed: false, detail })) }
}

const everythingTried = 'everything is tried'

/** Each build begins with nothing: what the other left would be an enrolled host and a mesh that was told already. */
function folderOf(
  { dataFolder }: PlayOptions,
  builds: readonly Build[],
  { label }: Build,
): Pick<PlayOptions, 'dataFolder'> {
  return dataFolder === undefined || builds.length === 1 ? {} : { dataFolder: join(dataFolder, label) }
}

async function playOnce(scenario: Scenario, plainStage: Omit<Stage, 'lab'>, options: PlayOptions): Promise<void> {
  const { dataFolder, pcapFolder, afterwards } = options
  let hasFailed = false
  const stage = {
    ...plainStage,
    check: (name: string, passed: boolean, detail?: string) => {
      hasFailed ||= !passed
      plainStage.check(name, passed, detail)
    },
  }
  await using lab = await Lab.open({
    ...(dataFolder !== undefined && { dataFolder }),
    ...(pcapFolder !== undefined && { pcapFolder }),
  })
  try {
    await scenario.play({ ...stage, lab })
  } catch (error) {
    stage.check('it comes to its end', false, error instanceof Error ? error.message : String(error))
  }
  if (hasFailed) lab.keepData()
  if (hasFailed) stage.tell(`logs and data are kept in ${lab.dataFolder}`)
  await afterwards?.(lab)
}

function buildsFor({ bothBuilds = false }: Scenario): { builds: readonly Build[]; leftOut: readonly LeftOut[] } {
  const system = { label: 'system', toolFolder: undefined }
  if (!bothBuilds) return { builds: [system], leftOut: [] }
  const newer = findNewerWireguardGo()
  if (!newer.available) {
    const reason = `the newer build: ${newer.reason}`
    return { builds: [system], leftOut: [{ lack: 'newer-wireguard-go', reason }] }
  }
  return { builds: [system, { label: 'newer', toolFolder: newer.folder }], leftOut: [] }
}
