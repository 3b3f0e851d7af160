/**
 * A wireguard-go newer than Debian 12's, from Debian 13's package, unpacked into a folder of ours and installed nowhere.
 * Both builds must be driven: the old one goes silent for 15 s when its own address is replaced.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTool } from '../tool-path.js'
import { findDebianSource } from './debian-source.js'
import { type Draft, fetchedFolder, fetchFolder } from './fetched-folder.js'

const newerRelease = 'trixie'
const folderName = `wireguard-go-${newerRelease}`
const fetchLimitMs = 120_000

/** A folder with the newer program, or why there is none. */
export type NewerWireguardGo =
  | { readonly available: true; readonly folder: string }
  | { readonly available: false; readonly reason: string }

/** What an earlier `fetchNewerWireguardGo` left; asks no network. */
export function findNewerWireguardGo(): NewerWireguardGo {
  const folder = join(fetchedFolder(folderName), 'usr', 'bin')
  if (existsSync(join(folder, 'wireguard-go'))) return { available: true, folder }
  return { available: false, reason: 'no newer wireguard-go was fetched (npm run pnpm -- lab fetch)' }
}

/** Fetches it from the mirror this machine uses anyway, once. Needs a network, so it must run outside the sandbox. */
export async function fetchNewerWireguardGo(): Promise<NewerWireguardGo> {
  const found = findNewerWireguardGo()
  if (found.available) return found
  const source = machineSource()
  if (typeof source === 'string') return { available: false, reason: source }
  const fault = await fetchFolder(folderName, fetchLimitMs, (draft) => download(draft, source))
  return fault === undefined
    ? findNewerWireguardGo()
    : { available: false, reason: `Debian ${newerRelease}'s wireguard-go could not be fetched: ${fault}` }
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

async function download(draft: Draft, { uri, signedBy }: { uri: string; signedBy: string | undefined }): Promise<void> {
  const { folder } = draft
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
  await draft.run('apt-get', ...options, 'update')
  await draft.run('apt-get', ...options, 'download', 'wireguard-go')
  await draft.unpack()
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
