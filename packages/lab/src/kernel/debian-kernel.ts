/**
 * Debian's own kernel, unpacked into a folder of ours and installed nowhere: the WireGuard of the kernel is to be driven too, wherever
 * the machine's kernel has none. The generic one, because the one for clouds can't see another machine's files (9p).
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryFolder } from '../program-file.js'
import { findTool, toolPath } from '../tool-path.js'

const run = promisify(execFile)

/** The kernel and its modules as files, or why there is none. */
export type DebianKernel =
  | { readonly available: true; readonly image: string; readonly modules: string; readonly version: string }
  | { readonly available: false; readonly reason: string }

const cacheFolder = join(repositoryFolder(), '.meshfold-lab')
const target = join(cacheFolder, 'debian-kernel')
const fetchLimitMs = 300_000

/** Program → Debian package, for what the emulated machine is made with. */
const neededTools: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  cpio: 'cpio',
  depmod: 'kmod',
}

/** What an earlier `fetchDebianKernel` left; asks no network. */
export function findDebianKernel(): DebianKernel {
  const missing = Object.entries(neededTools).filter(([tool]) => findTool(tool) === undefined)
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(' ')
    return { available: false, reason: `programs are missing (apt-get install --no-install-recommends ${packages})` }
  }
  const [version] = existsSync(join(target, 'lib/modules')) ? readdirSync(join(target, 'lib/modules')) : []
  if (version === undefined) {
    return { available: false, reason: "Debian's kernel was not fetched (npm run pnpm -- lab fetch)" }
  }
  const image = join(target, 'boot', `vmlinuz-${version}`)
  return { available: true, image, modules: join(target, 'lib/modules', version), version }
}

/** Fetches it from the mirror that this machine uses anyway, once: 70 MB. Needs a network, so it must run outside the sandbox. */
export async function fetchDebianKernel(): Promise<DebianKernel> {
  const found = findDebianKernel()
  if (found.available || existsSync(target)) return found
  if (process.arch !== 'x64') return { available: false, reason: `no kernel is known for ${process.arch}` }
  if (!findTool('apt-get') || !findTool('dpkg-deb')) return { available: false, reason: 'this machine has no apt' }
  mkdirSync(cacheFolder, { recursive: true })
  const draft = mkdtempSync(join(cacheFolder, 'unfinished-'))
  try {
    await download(draft)
    renameSync(join(draft, 'unpacked'), target)
    return findDebianKernel()
  } catch (error) {
    const said = String(error instanceof Error ? error.message : error).trim()
    return { available: false, reason: `Debian's kernel could not be fetched: ${said.split('\n').at(-1)}` }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function download(folder: string): Promise<void> {
  const options = { cwd: folder, env: { ...process.env, PATH: toolPath() }, timeout: fetchLimitMs }
  await run('apt-get', ['-o', 'APT::Sandbox::User=', 'download', await imagePackage(options)], options)
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (deb === undefined) throw new Error('apt-get downloaded nothing')
  await run('dpkg-deb', ['-x', deb, 'unpacked'], options)
  const [version] = readdirSync(join(folder, 'unpacked/lib/modules'))
  if (version === undefined) throw new Error('the package has no modules')
  await run('depmod', ['-b', 'unpacked', version], options)
}

/** `linux-image-amd64` is empty and depends on the newest kernel of the release. */
async function imagePackage(options: { readonly env: NodeJS.ProcessEnv; readonly timeout: number }): Promise<string> {
  const shown = await run('apt-cache', ['show', '--no-all-versions', 'linux-image-amd64'], options)
  const name = /^Depends: (linux-image-\S+-amd64)\b/m.exec(shown.stdout)?.[1]
  if (name === undefined) throw new Error('apt knows no linux-image-amd64')
  return name
}
