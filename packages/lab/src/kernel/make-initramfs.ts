/** The archive that a kernel unpacks into memory and starts from: busybox, a handful of modules, and two scripts. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findTool, toolPath } from '../tool-path.js'
import { firstScript } from './boot-scripts.js'
import type { DebianKernel } from './debian-kernel.js'
import { modulesInOrder } from './module-order.js'

/** What it takes to see the files of the machine outside. */
const firstModules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay']

/** Writes it into `folder`, which is made, and returns its name. */
export function makeInitramfs(
  folder: string,
  kernel: Extract<DebianKernel, { readonly available: true }>,
  second: string,
): string {
  const root = join(folder, 'root')
  for (const name of ['bin', 'proc', 'sys', 'dev', 'below', 'over']) mkdirSync(join(root, name), { recursive: true })
  copyFileSync(findTool('busybox') ?? 'busybox', join(root, 'bin/busybox'))
  symlinkSync('busybox', join(root, 'bin/sh'))
  const dependencies = readFileSync(join(kernel.modules, 'modules.dep'), 'utf8')
  const files = modulesInOrder(dependencies, firstModules)
  for (const file of files) copyFileSync(join(kernel.modules, file), join(root, basename(file)))
  const paths = files.map((file) => `/${basename(file)}`)
  writeFileSync(join(root, 'init'), firstScript(paths, kernel))
  chmodSync(join(root, 'init'), 0o755)
  writeFileSync(join(root, 'second'), second)
  const archive = join(folder, 'initramfs')
  const options = { cwd: root, env: { ...process.env, PATH: toolPath() } }
  execFileSync('sh', ['-c', `find . | cpio --quiet -o -H newc > ${JSON.stringify(archive)}`], options)
  return archive
}
