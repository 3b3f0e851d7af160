import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { decodeWith } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { ignoreMissing, readIfThere, writeWhole } from '../secrets/whole-files.js'
import { refused } from './cli-error.js'

const savedLogin = t.intersection([t.type({ url: t.string, token: t.string }), t.partial({ ca: t.string })])

/** What `meshfold login` keeps. */
export type SavedLogin = t.TypeOf<typeof savedLogin>

type Env = Readonly<Record<string, string | undefined>>

/** `MESHFOLD_CONFIG`, or a file in the user's configuration folder. */
const configPath = (env: Env): string =>
  env.MESHFOLD_CONFIG ?? join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config'), 'meshfold', 'login.json')

/** `undefined` before the first login. A file that others may read is refused: it holds the token. */
export const readLogin = async (env: Env): Promise<SavedLogin | undefined> => {
  const path = configPath(env)
  const stats = await stat(path).catch(ignoreMissing)
  if (stats === undefined) return undefined
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
    throw refused(
      'config-exposed',
      `Others may read ${path}, which holds the token. Make it private: chmod go= ${path}`,
    )
  const text = new TextDecoder().decode(await readIfThere(path))
  const json = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => undefined,
  )
  const login = decodeWith(savedLogin, E.isRight(json) ? json.right : undefined)
  if (E.isRight(login)) return login.right
  throw refused('config-damaged', `${path} is damaged. Log in again: meshfold login`)
}

export const writeLogin = async (env: Env, login: SavedLogin): Promise<string> => {
  const path = configPath(env)
  await writeWhole(path, new TextEncoder().encode(`${JSON.stringify(login)}\n`))
  return path
}
