import { createSecureContext } from 'node:tls'
import { Command, InvalidArgumentError, Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { domain as domainCodec, title, wholeNumber } from '../api/api-codecs.js'
import { startServer } from '../compose.js'
import { isLocal, type ListenAddress, parseListenAddress } from '../server/listen-address.js'
import type { RunningServer } from '../server/server-options.js'
import type { ServerLog } from '../server-log.js'
import { DEFAULT_URL } from './cli-context.js'
import { refused, usage } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { createServerLog } from './create-server-log.js'
import { examples } from './examples.js'
import { readGivenFile } from './given-file.js'
import { collect, parseNumber, parseText } from './parse-options.js'

interface ServeOptions {
  readonly data: string
  readonly listen?: readonly ListenAddress[]
  readonly publicUrl?: string
  readonly allowHost?: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly meshName?: string
  readonly domain?: string
  readonly awayAfter: number
  readonly patience: number
  readonly json?: boolean
  readonly logLevel: string
}

const DEFAULT_LISTEN: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 7400 }
const STOP_LIMIT_MS = 5000
const awayAfter = wholeNumber(1, 86_400)
/** Agents that lost their server try again after five seconds at the latest. */
const patience = wholeNumber(10, 86_400)

export const serveCommand = (io: CliIo): Command =>
  examples(
    new Command('serve')
      .description('run a server; the first start makes the mesh and shows the admin token, once')
      .option('--data <folder>', 'where everything is kept', '.meshfold-data')
      .option('--listen <address>', 'IP:PORT or unix:PATH; may be given again (default: 127.0.0.1:7400)', listenOption)
      .option('--public-url <url>', 'where agents and people reach this server')
      .option('--allow-host <name>', 'another name under which it may be called; may be given again', collect)
      .option('--tls-cert <file>', 'certificate chain, PEM; TCP listeners then speak TLS')
      .option('--tls-key <file>', 'private key of the certificate, PEM')
      .option('--mesh-name <name>', 'of a new mesh', parseText(title(100)))
      .option('--domain <domain>', 'DNS domain of a new mesh', parseText(domainCodec))
      .option(
        '--away-after <seconds>',
        'silence after which an ephemeral node counts as away',
        parseNumber(awayAfter),
        60,
      )
      .option('--patience <seconds>', 'so long after a start nobody counts as away', parseNumber(patience), 300)
      .addOption(
        new Option('--log-level <level>', 'what goes to stderr, as JSON lines')
          .choices(['debug', 'info', 'warn', 'error', 'silent'])
          .default('info'),
      )
      .action(async (_options, command: Command) => serve(io, command.optsWithGlobals<ServeOptions>())),
    [
      'meshfold serve --data /var/lib/meshfold',
      'meshfold serve --data ./data --listen 0.0.0.0:7400 --tls-cert chain.pem --tls-key key.pem --public-url https://mesh.example.org:7400',
      'meshfold serve --data ./data --listen 127.0.0.1:0 --listen unix:./meshfold.sock --json',
    ],
  )

const serve = async (io: CliIo, options: ServeOptions): Promise<void> => {
  const log = createServerLog(options.logLevel)
  const { listen = [DEFAULT_LISTEN] } = options
  const tls = await tlsOf(options)
  if (options.publicUrl !== undefined && !/^https?:\/\//.test(options.publicUrl))
    throw usage('--public-url begins with http:// or https://')
  warnOfPlainText(log, listen, tls !== undefined)
  const { data, publicUrl, meshName, domain, allowHost: allowHosts } = options
  const absence = { awayAfterMs: options.awayAfter * 1000, patienceAfterStartMs: options.patience * 1000 }
  const common = { data, listen, publicUrl, allowHosts, tls, meshName, domain, absence }
  const started = await startServer({ ...common, serverLog: log, processMetrics: true })
  if (E.isLeft(started)) throw refused(started.left.code, started.left.message)
  const server = started.right
  announce(io, server, options)
  log.info({ urls: server.urls, meshId: server.meshId, revision: server.context.service.asOf.revision }, 'ready')
  await aborted(io.interrupted)
  log.info({}, 'stopping')
  const limit = setTimeout(() => {
    log.error({}, 'stopping took too long')
    process.exit(1)
  }, STOP_LIMIT_MS)
  await server.stop()
  clearTimeout(limit)
  log.info({}, 'stopped')
}

const announce = (io: CliIo, server: RunningServer, { data, json, publicUrl }: ServeOptions): void => {
  const { urls, meshId, adminToken } = server
  if (json === true) {
    io.stdout(`${JSON.stringify({ ready: true, urls, meshId, adminToken })}\n`)
    return
  }
  const told = publicUrl === undefined || urls.includes(publicUrl) ? urls : [...urls, publicUrl]
  io.stdout(`Meshfold serves mesh ${meshId}:\n${told.map((url) => `  ${url}\n`).join('')}`)
  if (adminToken === null) {
    io.stdout(`An admin token was made earlier; to make another: meshfold token rotate --data ${data}\n`)
    return
  }
  const line = `Admin token: ${adminToken}`
  const bar = '─'.repeat(line.length + 2)
  io.stdout(
    `\n┌${bar}┐\n│ ${line} │\n└${bar}┘\nIt is shown this once. Keep it, and use it: meshfold login${urlOption(told)}\n`,
  )
}

/** By which URL the command line reaches it: what needs no option, else the public one. */
const urlOption = (urls: readonly string[]): string =>
  urls.includes(DEFAULT_URL) ? '' : ` --url ${urls.findLast((url) => url.startsWith('http')) ?? urls[0]}`

const warnOfPlainText = (log: ServerLog, listen: readonly ListenAddress[], isTls: boolean): void => {
  if (isTls || listen.every(isLocal)) return
  log.warn(
    {},
    'listening on the network without TLS: enrolment is sealed and agents are authenticated, but the admin token can be read on the way. Use --tls-cert and --tls-key, a proxy that speaks TLS, or give the token on this machine only',
  )
}

const tlsOf = async ({ tlsCert, tlsKey }: ServeOptions): Promise<{ cert: Buffer; key: Buffer } | undefined> => {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) throw usage('--tls-cert and --tls-key belong together.')
  const [cert, key] = [await readGivenFile('--tls-cert', tlsCert), await readGivenFile('--tls-key', tlsKey)]
  try {
    createSecureContext({ cert, key })
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw usage(`--tls-cert ${tlsCert} and --tls-key ${tlsKey} are no certificate and its private key in PEM: ${why}`)
  }
  return { cert: Buffer.from(cert), key: Buffer.from(key) }
}

const listenOption = (text: string, before: readonly ListenAddress[] = []): readonly ListenAddress[] => {
  const address = parseListenAddress(text)
  if (E.isLeft(address)) throw new InvalidArgumentError(address.left)
  return [...before, address.right]
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
