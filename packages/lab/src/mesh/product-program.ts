import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The built command line program of a package of the product, as a file to start with Node. */
export function productProgram(name: 'reference-server' | 'reference-agent'): string {
  return join(dirname(require.resolve(`@meshfold/${name}/package.json`)), 'dist', 'bin.js')
}

/** The environment for the product's processes: nothing of the test runner that may have started us. */
export function productEnvironment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = Object.keys(process.env).filter((name) => /^(VITEST|NODE_OPTIONS$|NODE_ENV$|MESHFOLD_)/.test(name))
  return { ...Object.fromEntries(foreign.map((name) => [name, undefined])), ...more }
}
