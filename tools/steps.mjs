/**
 * What `npm test` runs, in this order. Add a row to add a check.
 *
 * `slow` rows are left out of `pnpm check`. `when` says whether there is anything to run yet. `vitest` rows are counted
 * test by test, every other row counts as one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './toolchain.mjs'

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands run one after the other, the first failure ends the step;
 *   `pnpm exec` is put in front of everything but `node` and `pnpm`
 * @property {readonly string[]} [fast] what `pnpm check` runs instead
 * @property {Readonly<Record<string, string>>} [env] for these commands
 * @property {boolean} [slow]
 * @property {string} [needs] a step before it; when that one failed there is nothing to learn here
 * @property {boolean} [vitest] the only command is a vitest run
 * @property {() => boolean} [when]
 */

/** @param {string} path */
const exists = (path) => () => existsSync(join(root, path))

/** @type {readonly Step[]} */
export const steps = [
  { name: 'format and lint', commands: [['biome', 'check', '--error-on-warnings', '.']] },
  {
    name: 'types',
    commands: [
      ['tsc', '--noEmit'],
      // core again, without the types of Node and the DOM: `process`, `setTimeout` or `console` must not compile there.
      ['tsc', '--noEmit', '-p', 'packages/core/tsconfig.build.json'],
    ],
  },
  {
    name: 'dependency rules',
    commands: [['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'examples']],
  },
  { name: 'unused code', commands: [['knip']] },
  { name: 'build', commands: [['turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped']] },
  { name: 'package checks', commands: [['node', 'tools/check-packages.mjs']], needs: 'build' },
  { name: 'packed install', commands: [['node', 'tools/packed-install.mjs']], needs: 'build' },
  {
    name: 'unit tests',
    commands: [['vitest', 'run', '--project', 'unit']],
    env: { MESHFOLD_LAWS: 'apart' },
    vitest: true,
  },
  {
    name: 'laws',
    // The same cases every time: what fails here, the change broke. Runs of `test:laws` draw new ones.
    commands: [['node', 'tools/laws.mjs', '--runs', '1000', '--seed', '1']],
    fast: ['node', 'tools/laws.mjs', '--runs', '100', '--seed', '1'],
    vitest: true,
  },
  {
    name: 'examples',
    commands: [['pnpm', '--filter', './examples/*', 'run', 'example']],
    needs: 'build',
    when: exists('examples'),
  },
  {
    name: 'docs',
    commands: [
      // The comments on all published interfaces, and what they link to; core's are complete.
      ['typedoc', '--emit', 'none'],
      ['typedoc', '--options', 'packages/core', '--emit', 'none'],
      ['node', 'tools/docs.mjs'],
    ],
    needs: 'build',
  },
  {
    name: 'lab tests',
    commands: [['node', 'packages/lab/dist/sandbox-exec.js', 'vitest', 'run', '--project', 'lab']],
    vitest: true,
    slow: true,
    needs: 'build',
    when: exists('packages/lab/src/sandbox-exec.ts'),
  },
  {
    // Of the lab, what can't be tried inside the sandbox that its tests are in.
    name: 'lab tests outside',
    commands: [['vitest', 'run', '--project', 'outside']],
    vitest: true,
    slow: true,
    needs: 'build',
    when: exists('packages/lab/src/sandbox-exec.ts'),
  },
  {
    // It takes the whole machine: beside it other scenarios would be late.
    name: 'kernel WireGuard',
    commands: [['node', 'packages/lab/dist/cli.js', 'run', 'kernel-wireguard']],
    slow: true,
    needs: 'build',
    when: exists('packages/lab/src/cli.ts'),
  },
]
