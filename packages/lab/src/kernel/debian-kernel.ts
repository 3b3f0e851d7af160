/**
 * Debian's own kernel, unpacked into a folder of ours and installed nowhere: the WireGuard of the kernel is to be driven too, wherever
 * the machine's kernel has none. The generic one, because the one for clouds can't see another machine's files (9p).
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findTool } from '../tool-path.js'
import { type Draft, fetchedFolder, fetchFolder } from '../tools/fetched-folder.js'

/** The kernel and its modules as files, or why there is none. */
export type DebianKernel =
  | { readonly available: true; readonly image: string; readonly modules: string; readonly version: string }
  | {
      readonly available: false
      /** Whether there is one for this machine's processor. */
      readonly isKnown: boolean
      readonly reason: string
    }

const folderName = 'debian-kernel'
const target = fetchedFolder(folderName)
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
  if (process.arch !== 'x64')
    return { available: false, isKnown: false, reason: `no kernel is known for ${process.arch}` }
  const missing = Object.entries(neededTools).filter(([tool]) => findTool(tool) === undefined)
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(' ')
    return missingKernel(`programs are missing (apt-get install --no-install-recommends ${packages})`)
  }
  const [version] = existsSync(join(target, 'lib/modules')) ? readdirSync(join(target, 'lib/modules')) : []
  if (version === undefined) return missingKernel("Debian's kernel was not fetched (npm run pnpm -- lab fetch)")
  const image = join(target, 'boot', `vmlinuz-${version}`)
  return { available: true, image, modules: join(target, 'lib/modules', version), version }
}

/** Fetches it from the mirror that this machine uses anyway, once: 70 MB. Needs a network, so it must run outside the sandbox. */
export async function fetchDebianKernel(): Promise<DebianKernel> {
  const found = findDebianKernel()
  if (found.available || !found.isKnown || existsSync(target)) return found
  if (!findTool('apt-get') || !findTool('dpkg-deb')) return missingKernel('this machine has no apt')
  const fault = await fetchFolder(folderName, fetchLimitMs, download)
  return fault === undefined ? findDebianKernel() : missingKernel(`Debian's kernel could not be fetched: ${fault}`)
}

const missingKernel = (reason: string): DebianKernel => ({ available: false, isKnown: true, reason })

async function download(draft: Draft): Promise<void> {
  await draft.run('apt-get', '-o', 'APT::Sandbox::User=', 'download', await imagePackage(draft))
  const unpacked = await draft.unpack()
  const [version] = readdirSync(join(unpacked, 'lib/modules'))
  if (version === undefined) throw new Error('the package has no modules')
  await draft.run('depmod', '-b', unpacked, version)
}

/** `linux-image-amd64` is empty and depends on the newest kernel of the release. */
async function imagePackage(draft: Draft): Promise<string> {
  const shown = await draft.run('apt-cache', 'show', '--no-all-versions', 'linux-image-amd64')
  const name = /^Depends: (linux-image-\S+-amd64)\b/m.exec(shown)?.[1]
  if (name === undefined) throw new Error('apt knows no linux-image-amd64')
  return name
}
