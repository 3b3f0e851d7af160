import { readFileSync } from 'node:fs'

/** This package's version. */
export function agentVersion(): string {
  // The package is one folder up from `dist/`, and two from here.
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        readonly name?: string
        readonly version?: string
      }
      if (name === '@meshfold/reference-agent' && version !== undefined) return version
    } catch {
      // The next place.
    }
  }
  return '0.0.0'
}
