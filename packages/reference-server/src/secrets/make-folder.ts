import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing, for their owner alone; one that is there stays as it is. Node's own way of doing
 * so (`recursive`) never ends where a folder takes no new ones and says that nothing is there, as `/proc` and an automounter's do.
 */
export const makeFolder = async (path: string): Promise<void> => {
  if (await isFolder(path)) return
  if (!(await isFolder(dirname(path)))) await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 }).catch(async (thrown: unknown) => {
    // Somebody else may have made it just now.
    if (!(await isFolder(path))) throw thrown
  })
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
