/** Where programs are looked for: a plain user's PATH often lacks the folders of `ip` and `nft`. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/** The PATH for everything the lab starts: the caller's own first, then the system's folders it lacks. */
export function toolPath(own: string | undefined = process.env.PATH): string {
  const folders = (own ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(delimiter)
}

/** The full path of a program, or undefined where it is not installed. */
export function findTool(name: string, path: string = toolPath()): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
