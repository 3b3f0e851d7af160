import { existsSync } from 'node:fs'
import { Command } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { meshAnswer } from '../api/mesh-api.js'
import { crypto } from '../compose.js'
import { rotateAdminToken } from '../secrets/admin-token.js'
import { vaultOf } from '../server/data-folder.js'
import { ApiClient } from './api-client.js'
import { contextOf, type GlobalOptions } from './cli-context.js'
import { refused, usage } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { writeLogin } from './config-file.js'
import { examples } from './examples.js'

export const tokenCommands = (io: CliIo): Command => {
  const token = new Command('token').description('the admin token')
  token
    .command('rotate')
    .description('make a new admin token, on the server; the old one is worth nothing within a second')
    .requiredOption('--data <folder>', "the server's data folder")
    .action(async ({ data }: { data: string }, command: Command) => {
      if (!existsSync(data))
        throw refused('data-folder-missing', `There is no folder ${data}. Name the one of meshfold serve.`)
      const rotated = await rotateAdminToken(crypto, vaultOf(data))
      if (E.isLeft(rotated)) throw refused(rotated.left.code, `The token can't be changed: ${rotated.left.reason}.`)
      const { json } = command.optsWithGlobals<{ json?: boolean }>()
      const adminToken = rotated.right
      io.stdout(
        json === true
          ? `${JSON.stringify({ adminToken })}\n`
          : `The new admin token, shown this once:\n\n  ${adminToken}\n`,
      )
    })
  return examples(token, ['meshfold token rotate --data /var/lib/meshfold'])
}

/** Keeps URL and token, so that the other commands need neither. */
export const loginCommand = (io: CliIo): Command =>
  examples(
    new Command('login')
      .description('keep the URL of a server, its admin token and what --ca names in a file of yours (0600)')
      .action(async (_options, command: Command) => {
        const { client } = await contextOf(io, command)
        const { url, ca } = client.target
        const { json, tokenFile } = command.optsWithGlobals<GlobalOptions>()
        // Not the one that an earlier login kept: it may be why somebody logs in again.
        const isGiven = tokenFile !== undefined || io.env.MESHFOLD_TOKEN !== undefined
        const token = (isGiven ? client.target.token : undefined) ?? (await io.readSecret(`Admin token of ${url}: `))
        if (token === '') throw usage('No token came. Type it, pipe it, or give --token-file FILE.')
        const { mesh } = await new ApiClient({ url, token, ca }).call({ path: '/mesh', answer: meshAnswer })
        const path = await writeLogin(io.env, { url, token, ...(ca === undefined ? {} : { ca }) })
        io.stdout(
          json === true
            ? `${JSON.stringify({ url, path, meshId: mesh.meshId })}\n`
            : `Logged in to mesh "${mesh.name}" at ${url}; kept in ${path}.\n`,
        )
      }),
    ['meshfold login', 'meshfold login --url https://mesh.example.org:7400 --ca ca.pem < token.txt'],
  )
