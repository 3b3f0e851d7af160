/**
 * `pnpm bench [name …] [--json] [--list]`: runs the benches of all packages, one after the other, each in a process of its own.
 *
 * A bench is `packages/<package>/bench/<name>.bench.ts` and exports `run(): Promise<{ bench, metrics }>`; metrics are numbers
 * whose names end in their unit. With `--json` each prints one line `{ "bench": …, "metrics": {…} }` and nothing else is on
 * standard output.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsup'
import { root } from './toolchain.mjs'

const help = `pnpm bench [name …] [--json] [--list]
  name     runs only benches whose name contains one of these
  --json   one JSON object a line
  --list   names only`

/** @returns {readonly { name: string, file: string }[]} */
const findBenches = () =>
  readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'bench')
    if (!existsSync(folder)) return []
    const files = readdirSync(folder).filter((file) => file.endsWith('.bench.ts'))
    return files.map((file) => ({ name: basename(file, '.bench.ts'), file: join(folder, file) }))
  })

/** Bundled with the sources of all packages, so that what is measured is what is written, built or not. */
const bundle = async (/** @type {string} */ file, /** @type {string} */ outDir) => {
  await build({
    entry: { bench: file },
    outDir,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    tsconfig: join(root, 'tsconfig.json'),
    config: false,
    silent: true,
    noExternal: [/.*/],
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    // Bundled CommonJS asks for `require`.
    banner: {
      js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
    },
  })
  return join(outDir, 'bench.mjs')
}

const runOne = async (/** @type {{ name: string, file: string }} */ bench, /** @type {boolean} */ json) => {
  const folder = join(root, 'node_modules', '.meshfold-bench')
  mkdirSync(folder, { recursive: true })
  const outDir = mkdtempSync(join(folder, `${bench.name}-`))
  try {
    const module = pathToFileURL(await bundle(bench.file, outDir)).href
    const script = `const { run } = await import(${JSON.stringify(module)}); process.stdout.write(JSON.stringify(await run()) + '\\n')`
    const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
    const child = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (child.status !== 0) return false
    process.stdout.write(json ? child.stdout : readable(JSON.parse(child.stdout)))
    return true
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

const readable = (/** @type {{ bench: string, metrics: Record<string, number> }} */ { bench, metrics }) => {
  const width = Math.max(...Object.keys(metrics).map((name) => name.length))
  const lines = Object.entries(metrics).map(([name, value]) => `  ${name.padEnd(width)}  ${formatNumber(value)}`)
  return `${bench}\n${lines.join('\n')}\n`
}

const formatNumber = (/** @type {number} */ value) =>
  value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 3 : value < 1000 ? 1 : 0 })

const args = process.argv.slice(2)
const names = args.filter((arg) => !arg.startsWith('-'))
const unknown = args.filter((arg) => arg.startsWith('-') && !['--json', '--list', '--help'].includes(arg))
const chosen = findBenches().filter(({ name }) => names.length === 0 || names.some((wanted) => name.includes(wanted)))
if (unknown.length > 0 || args.includes('--help')) {
  console.error(unknown.length > 0 ? `unknown option ${unknown.join(' ')}\n${help}` : help)
  process.exitCode = unknown.length > 0 ? 2 : 0
} else if (args.includes('--list')) {
  for (const { name } of chosen) console.log(name)
} else if (chosen.length === 0) {
  console.error(
    `no bench is called ${names.join(' or ')}; there are: ${findBenches()
      .map(({ name }) => name)
      .join(', ')}`,
  )
  process.exitCode = 2
} else {
  for (const bench of chosen) if (!(await runOne(bench, args.includes('--json')))) process.exitCode = 1
}
