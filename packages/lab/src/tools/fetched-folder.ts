/** What the lab fetches from Debian's mirror: unpacked into the repository's own cache, installed nowhere, there as a whole or not at all. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryFolder } from '../program-file.js'
import { toolPath } from '../tool-path.js'

const execute = promisify(execFile)

/** What can be fetched again. Git ignores it. */
const cacheFolder = join(repositoryFolder(), '.meshfold-lab')
const unpackedName = 'unpacked'

/** Where the thing of this name is kept, fetched or not. */
export const fetchedFolder = (name: string): string => join(cacheFolder, name)

/** Runs programs of apt's in the folder that is being made. */
export class Draft {
  constructor(
    readonly folder: string,
    private readonly limitMs: number,
  ) {}

  /** @returns what it printed. @throws Error when it fails or takes too long */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    const env = { ...process.env, PATH: toolPath() }
    return (await execute(program, args, { cwd: this.folder, env, timeout: this.limitMs })).stdout
  }

  /** Unpacks the one package that was downloaded. @returns the folder that becomes the fetched one */
  async unpack(): Promise<string> {
    const deb = readdirSync(this.folder).find((name) => name.endsWith('.deb'))
    if (deb === undefined) throw new Error('apt-get downloaded nothing')
    await this.run('dpkg-deb', '-x', deb, unpackedName)
    return join(this.folder, unpackedName)
  }
}

/**
 * Makes the folder of this name: `fill` downloads and unpacks into a draft, which then takes its place.
 * @returns why it could not be fetched; nothing when it was
 */
export async function fetchFolder(
  name: string,
  limitMs: number,
  fill: (draft: Draft) => Promise<void>,
): Promise<string | undefined> {
  mkdirSync(cacheFolder, { recursive: true })
  const folder = mkdtempSync(join(cacheFolder, 'unfinished-'))
  try {
    await fill(new Draft(folder, limitMs))
    rmSync(fetchedFolder(name), { recursive: true, force: true })
    renameSync(join(folder, unpackedName), fetchedFolder(name))
    return undefined
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .trim()
      .split('\n')
      .at(-1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
