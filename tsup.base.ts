import type { Options } from 'tsup'

/** What every package's build shares. Dependencies, workspace packages included, stay external: tsup's default. */
export const base: Options = {
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  sourcemap: true,
  clean: true,
  silent: true,
  // `node:sqlite` has no name without the prefix.
  removeNodeProtocol: false,
}
