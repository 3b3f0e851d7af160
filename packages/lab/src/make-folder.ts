import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing, for their owner alone; one that is there stays as it is. Node's own way of doing
 * so (`recursive`) never ends where a folder takes no new ones and says that nothing is there, as `/proc` and an automounter's do.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  if (!isFolder(dirname(path))) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Somebody else may have made it just now.
    if (!isFolder(path)) throw error
  }
}

/** Makes a folder that somebody named; what is wrong, in a sentence for them, where it can't be made. */
export function obstacleToFolder(path: string): string | undefined {
  try {
    makeFolder(path)
    return undefined
  } catch (error) {
    return `The folder ${path} can't be made (${(error as NodeJS.ErrnoException).code ?? String(error)}). Name another one.`
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
