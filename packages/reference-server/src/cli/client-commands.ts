/** Devices without an agent, which run WireGuard from a file. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { decodeBase64, encodeBase64 } from '@meshfold/core'
import { Command } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { type ClientFileAnswer, type ClientView, clientFileAnswer } from '../api/client-api.js'
import { commandAnswer } from '../api/command-api.js'
import { type CliContext, contextOf, print } from './cli-context.js'
import { refused } from './cli-error.js'
import { byName, type CliIo, plain, table } from './cli-io.js'
import { clientQr } from './client-qr.js'
import { examples } from './examples.js'
import { allClients, findNetworkId } from './find-by-name.js'
import { readGivenFile } from './given-file.js'
import { idOfThing } from './ids-of-names.js'

export const clientCommands = (io: CliIo): Command => {
  const client = new Command('client').description('devices that run WireGuard from a file, without an agent')
  client.addCommand(listCommand(io))
  client.addCommand(fileCommand(io))
  return examples(client, [
    'meshfold client list --network office',
    'meshfold client file phone > phone.conf',
    'wg genkey > phone.key && meshfold client file phone --private-key-file phone.key --handed-out > phone.conf',
    'meshfold client file phone --private-key-file phone.key --qr',
  ])
}

const listCommand = (io: CliIo): Command =>
  new Command('list')
    .description('list the clients, and whether their gateways have them as they are')
    .option('--network <network>', 'of this network only')
    .action(async ({ network }: { readonly network?: string }, command: Command) => {
      const context = await contextOf(io, command)
      const { client } = context
      const networkId = network === undefined ? undefined : await findNetworkId(client, network)
      print(context, { clients: await allClients(client, networkId) }, ({ clients }) => clientTable(clients))
    })

const clientTable = (clients: readonly ClientView[]): string =>
  clients.length === 0
    ? 'No clients yet. Make one: meshfold command AddClient --help\n'
    : `${table(['NAME', 'NETWORK', 'ADDRESSES', 'GATEWAY', 'STATE', 'FILE', 'ID'], byName(clients).map(row))}${byName(clients).flatMap(pendingLine).join('')}`

const row = ({ name, networkName, addresses, gateway, enabled, isStale, pending, clientId }: ClientView) => [
  name,
  networkName,
  addresses.join(' '),
  gateway.name,
  `${enabled ? 'enabled' : 'disabled'}${pending === null ? '' : ', pending'}`,
  isStale ? 'stale' : '-',
  clientId,
]

const pendingLine = ({ name, pending }: ClientView): readonly string[] =>
  pending === null ? [] : [`${plain(name)}: ${plain(pending.message)}\n`]

interface FileOptions {
  readonly privateKeyFile?: string
  readonly handedOut?: boolean
  readonly qr?: boolean
}

const PRIVATE_KEY_FILE = '--private-key-file'

const fileCommand = (io: CliIo): Command =>
  new Command('file')
    .argument('<client>', 'name, name.network or id')
    .description("the client's WireGuard file as of now, for wg-quick and the apps")
    .option(`${PRIVATE_KEY_FILE} <file>`, "put the private key in; it stays on this machine, and must be the client's")
    .option(
      '--qr',
      'show it as a QR code, without PostUp and PostDown, for the camera of a phone; needs the private key',
    )
    .option('--handed-out', 'record that its user has this file: later it shows whether that is stale')
    .action(
      async (nameOrId: string, { privateKeyFile, handedOut = false, qr = false }: FileOptions, command: Command) => {
        const context = await contextOf(io, command)
        const clientId = await idOfThing(context.client, 'client', 'clients', nameOrId)
        const file = await context.client.call({ path: `/clients/${clientId}/file`, answer: clientFileAnswer })
        const text =
          privateKeyFile === undefined
            ? file.text
            : withKey(file, await readGivenFile(PRIVATE_KEY_FILE, privateKeyFile))
        if (qr && privateKeyFile === undefined) throw keyNotGiven(file)
        const code = qr ? clientQr(text) : undefined
        if (handedOut) await recordHandedOut(context, file)
        const notes = [...file.warnings.map(({ message }) => message), ...(handedOut ? [] : staleNote(file))]
        for (const note of context.isJson ? [] : notes) io.stderr(`${note}\n`)
        print(context, { ...file, text, ...(code !== undefined && { qr: code }) }, () => code ?? text)
      },
    )

/** What was handed out is no longer what the client should have. */
const staleNote = ({ name, isStale }: ClientFileAnswer): readonly string[] =>
  isStale ? [`What was handed out for client "${name}" is its file no more. Hand out this one: --handed-out`] : []

/** A camera reads a key or none: what has a placeholder is of no use to it (B8). */
const keyNotGiven = ({ name }: ClientFileAnswer) =>
  refused(
    'client-key-not-held',
    `A QR code has the private key in it, and that of client "${name}" is its user's alone: --private-key-file <file>. Or hand out the file, and put the key in on the device.`,
  )

/** What no file of this client's is for is not printed: a wrong key would fail in silence, on the device. */
const withKey = ({ text, publicKey, name }: ClientFileAnswer, keyText: string): string => {
  const decoded = decodeBase64(keyText.trim(), 'standard')
  const privateKey = E.isRight(decoded) && decoded.right.length === 32 ? decoded.right : undefined
  if (privateKey === undefined)
    throw refused('private-key-malformed', 'The file holds no WireGuard private key: wg genkey makes one.')
  if (encodeBase64(publicKeyOf(privateKey), 'standard') !== publicKey)
    throw refused(
      'private-key-of-another',
      `The private key is not that of client "${name}", whose public key is ${publicKey}.`,
    )
  return text.replace(/^PrivateKey = .*$/m, () => `PrivateKey = ${keyText.trim()}`)
}

/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')

const publicKeyOf = (privateKey: Uint8Array): Uint8Array => {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, privateKey]), format: 'der', type: 'pkcs8' })
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
}

const recordHandedOut = async ({ client, reason }: CliContext, { clientId, hash }: ClientFileAnswer): Promise<void> => {
  const body = { type: 'RecordClientConfig', clientId, hash }
  await client.call({ method: 'POST', path: '/commands', body, reason, answer: commandAnswer })
}
