/**
 * What hosts resolve names with besides the C library, from Debian's packages, unpacked and installed nowhere: each of them would take
 * over the machine's own `/etc/resolv.conf`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findTool } from '../tool-path.js'
import { fetchedFolder, fetchFolder } from './fetched-folder.js'

export const resolverPackages = ['openresolv', 'resolvconf', 'systemd-resolved'] as const

/** A Debian package with a program that resolves names, or is told of servers. */
export type ResolverPackage = (typeof resolverPackages)[number]

/** The folder of an unpacked package, or why there is none. */
export type FoundResolver =
  | { readonly available: true; readonly folder: string }
  | { readonly available: false; readonly reason: string }

const fetchLimitMs = 120_000

const programs: Readonly<Record<ResolverPackage, string>> = {
  openresolv: 'sbin/resolvconf',
  resolvconf: 'sbin/resolvconf',
  'systemd-resolved': 'lib/systemd/systemd-resolved',
}

/** What an earlier `fetchResolverPackages` left; asks no network. */
export function findResolver(name: ResolverPackage): FoundResolver {
  const folder = fetchedFolder(name)
  const program = join(folder, programs[name])
  if (!existsSync(program)) return { available: false, reason: `${name} was not fetched (npm run pnpm -- lab fetch)` }
  if (name !== 'systemd-resolved') return { available: true, folder }
  if (findTool('dbus-daemon') === undefined)
    return { available: false, reason: 'there is no dbus-daemon (apt-get install dbus-daemon)' }
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return { available: true, folder }
  } catch {
    return {
      available: false,
      reason: `${name} does not run here: it wants the libraries of the same systemd (apt-get install libsystemd-shared)`,
    }
  }
}

/** Fetches them from the mirror that this machine uses anyway, once: 0.4 MB. Needs a network. @returns why some are not there */
export async function fetchResolverPackages(): Promise<readonly string[]> {
  const faults: string[] = []
  for (const name of resolverPackages) {
    if (existsSync(fetchedFolder(name))) continue
    const fault = await fetchFolder(name, fetchLimitMs, async (draft) => {
      await draft.run('apt-get', '-o', 'APT::Sandbox::User=', 'download', name)
      await draft.unpack()
    })
    if (fault !== undefined) faults.push(`${name} could not be fetched: ${fault}`)
  }
  return faults
}
