import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileSecretVault, type FileSecretVault } from './file-secret-vault.js'

let parent: string
let folder: string
let vault: FileSecretVault

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'meshfold-vault-'))
  folder = join(parent, 'secrets')
  vault = createFileSecretVault(folder)
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const secret = Uint8Array.of(1, 2, 3)

describe('the vault', () => {
  it('gives back what was put in, and nothing where nothing was', async () => {
    expect(await vault.read('a')).toEqual(E.right(undefined))
    await vault.write('a', secret)
    await vault.write('a', secret)
    expect(await vault.read('a')).toEqual(E.right(secret))
    await vault.write('a', Uint8Array.of(9))
    expect(await vault.read('a')).toEqual(E.right(Uint8Array.of(9)))
    await vault.remove('a')
    await vault.remove('a')
    expect(await vault.read('a')).toEqual(E.right(undefined))
    expect(await readdir(folder)).toEqual([])
  })

  it('lets one of many writers win where nothing was', async () => {
    const writers = Array.from({ length: 20 }, (_, i) => vault.writeIfMissing('a', Uint8Array.of(i)))
    const won = (await Promise.all(writers)).flatMap((written, i) => (E.isRight(written) && written.right ? [i] : []))
    expect(won).toHaveLength(1)
    expect(await vault.read('a')).toEqual(E.right(Uint8Array.of(won[0] ?? -1)))
  })

  it.skipIf(process.platform === 'win32')(
    'keeps everything to its user, and refuses what others may read',
    async () => {
      await vault.write('a', secret)
      expect((await stat(folder)).mode & 0o777).toBe(0o700)
      expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o600)
      await chmod(join(folder, 'a'), 0o640)
      expect(await vault.read('a')).toMatchObject({ left: { code: 'secret-exposed' } })
      await chmod(join(folder, 'a'), 0o600)
      await chmod(folder, 0o755)
      expect(await vault.read('a')).toMatchObject({ left: { code: 'secret-exposed' } })
      expect(await vault.write('b', secret)).toMatchObject({ left: { code: 'secret-exposed' } })
    },
  )

  it('takes no names that lead elsewhere', async () => {
    expect(await vault.read('../a')).toMatchObject({ left: { code: 'secret-vault-unavailable' } })
  })
})
