import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { rowTests } from './tools/vitest-rows.mjs'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tests import each package's source, not its build: the same mapping as `paths` in tsconfig.json. */
const alias = [
  { find: /^@meshfold\/core\/testing$/, replacement: at('packages/core/src/testing.ts') },
  { find: /^@meshfold\/([^/]+)$/, replacement: at('packages/$1/src/index.ts') },
]

/** Laws have a step of their own in `npm test`. A switch, because `--exclude` says nothing to projects. */
const lawsApart = process.env.MESHFOLD_LAWS === 'apart' ? ['**/*.property.test.ts'] : []

export default defineConfig({
  resolve: { alias },
  plugins: [rowTests],
  test: {
    // All cores: unless told, one is left out, which on two of them is half of the machine.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Files share what they import: nothing of ours keeps state outside of objects, and loading core anew for each file
          // took twice as long as the tests.
          isolate: false,
          // What ends is no matter of time: busy machines are slow, and only what hangs shall fail.
          testTimeout: 60_000,
          include: ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.{ts,mjs}'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.{lab,outside,browser}.test.ts', ...lawsApart],
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['packages/*/test/**/*.lab.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Scenarios mostly wait: three beside each other take what two leave of two cores.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: { name: 'outside', include: ['packages/*/test/**/*.outside.test.ts'], testTimeout: 60_000 },
      },
    ],
  },
})
