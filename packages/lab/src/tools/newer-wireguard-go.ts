/**
 * A wireguard-go newer than Debian 12's, from Debian 13's package, unpacked into a folder of ours and installed nowhere.
 * Both builds must be driven: the old one goes silent for 15 s when its own address is replaced.
 */
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryFolder } from '../program-file.js'
import { findTool, toolPath } from '../tool-path.js'
import { findDebianSource } from './debian-source.js'

const run = promisify(execFile)
const newerRelease = 'trixie'

/** A folder with the newer program, or why there is none. */
export type NewerWireguardGo =
  | { readonly available: true; readonly folder: string }
  | { readonly available: false; readonly reason: string }

/** The repository's own folder for what is fetched and can be fetched again. Git ignores it. */
const cacheFolder = join(repositoryFolder(), '.meshfold-lab')
const target = join(cacheFolder, `wireguard-go-${newerRelease}`)

/** What an earlier `fetchNewerWireguardGo` left; asks no network. */
export function findNewerWireguardGo(): NewerWireguardGo {
  const folder = join(target, 'usr', 'bin')
  if (existsSync(join(folder, 'wireguard-go'))) return { available: true, folder }
  return { available: false, reason: 'no newer wireguard-go was fetched (npm run pnpm -- lab fetch)' }
}

/** Fetches it from the mirror this machine uses anyway, once. Needs a network, so it must run outside the sandbox. */
export async function fetchNewerWireguardGo(): Promise<NewerWireguardGo> {
  const found = findNewerWireguardGo()
  if (found.available) return found
  const source = machineSource()
  if (typeof source === 'string') return { available: false, reason: source }
  mkdirSync(cacheFolder, { recursive: true })
  const draft = mkdtempSync(join(cacheFolder, 'unfinished-'))
  try {
    await download(draft, source)
    rmSync(target, { recursive: true, force: true })
    renameSync(join(draft, 'unpacked'), target)
    return findNewerWireguardGo()
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error)
      .split('\n')
      .slice(-2)
    return { available: false, reason: `Debian ${newerRelease}'s wireguard-go could not be fetched: ${firstLine}` }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** The machine's Debian mirror as a source of the newer release, or why there is none. */
function machineSource(): { readonly uri: string; readonly signedBy: string | undefined } | string {
  if (!findTool('apt-get') || !findTool('dpkg-deb')) return 'this machine has no apt'
  const release = /^VERSION_CODENAME=(\S+)$/m.exec(readOr('/etc/os-release', ''))?.[1] ?? ''
  const parts = '/etc/apt/sources.list.d'
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => /\.(list|sources)$/.test(name)) : []
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(parts, name))]
  const source = findDebianSource(
    files.map((file) => readOr(file, '')),
    release,
  )
  return source ?? `apt has no source for the release "${release}"`
}

async function download(
  folder: string,
  { uri, signedBy }: { uri: string; signedBy: string | undefined },
): Promise<void> {
  const sources = join(folder, 'newer.sources')
  const trust = signedBy === undefined ? '' : `Signed-By: ${signedBy}\n`
  writeFileSync(sources, `Types: deb\nURIs: ${uri}\nSuites: ${newerRelease}\nComponents: main\n${trust}`)
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true })
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': '',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const environment = { cwd: folder, env: { ...process.env, PATH: toolPath() }, timeout: 120_000 }
  await run('apt-get', [...options, 'update'], environment)
  await run('apt-get', [...options, 'download', 'wireguard-go'], environment)
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (deb === undefined) throw new Error('apt-get downloaded nothing')
  await run('dpkg-deb', ['-x', deb, 'unpacked'], environment)
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
