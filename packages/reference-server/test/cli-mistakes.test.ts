/** What somebody gets to read who types something wrong: each time what it was, and where to look. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { selfSignedCertificate } from '../../transport-ws/test/self-signed-certificate.js'
import { runLine } from './support/command-line.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshfold-mistakes-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: readonly string[]) =>
  runLine({ MESHFOLD_URL: 'http://127.0.0.1:1', MESHFOLD_TOKEN: 'mft_x', HOME: folder }, args)

it.each([[['client', 'frobnicate']], [['explain', 'h1']], [['serve', 'extra']], [['status', '--frobnicate']]] as const)(
  'wrong usage leads to the help, also of subcommands: %j',
  async (args) => {
    const { code, err } = await run(...args)
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: .*\n(.*\n)?\(add --help for help\)\n$/)])
  },
)

it.each([
  [['createGateway', '--node-id', 'gw'], 'There is no command "createGateway". Is it CreateGateway?\n'],
  [['MakeGateway', '--node-id', 'gw', '{}'], 'There is no command "MakeGateway". Is it '],
  [
    ['Frobnicate', '--node-id', 'gw'],
    'There is no command "Frobnicate". See which there are: meshfold command --help\n',
  ],
] as const)(
  'a command that there is not is what is said to be wrong, whatever its options: %j',
  async (args, words) => {
    const { code, err } = await run('command', ...args)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
  },
)

it.each([['--token-file'], ['--ca']])('a file that can not be read is told with its option: %s', async (option) => {
  const path = join(folder, 'nothing')
  const { code, err } = await run('status', option, path)
  expect([code, err]).toEqual([2, expect.stringContaining(`${option} ${path} can't be read: ENOENT`)])
})

it('a file of certificates without any is told before somebody is asked', async () => {
  const path = join(folder, 'key.pem')
  await writeFile(path, '-----BEGIN PRIVATE KEY-----\n')
  const { code, err } = await run('status', '--ca', path)
  expect([code, err]).toEqual([2, `--ca ${path} holds no certificate in PEM (a text with BEGIN CERTIFICATE).\n`])
})

it('a certificate and the key of another one are told as that, not as a port that somebody has', async ({ skip }) => {
  const [mine, other] = [selfSignedCertificate(), selfSignedCertificate()]
  if ('missing' in mine) return skip(mine.missing)
  if ('missing' in other) return skip(other.missing)
  const [cert, key] = [join(folder, 'chain.pem'), join(folder, 'other.pem')]
  await writeFile(cert, mine.cert)
  await writeFile(key, other.key)
  const tls = ['--tls-cert', cert, '--tls-key', key]
  const { code, err } = await run('serve', '--data', join(folder, 'tls'), '--listen', '127.0.0.1:0', ...tls)
  expect([code, err]).toEqual([2, expect.stringContaining('are no certificate and its private key in PEM')])
  const missing = await run('serve', '--tls-cert', join(folder, 'none'), '--tls-key', key)
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('--tls-cert ')])
})

it('a port of an address that the machine has not is not taken by somebody', async () => {
  const { code, err } = await run(
    'serve',
    '--data',
    join(folder, 'data'),
    '--listen',
    '192.0.2.1:7400',
    '--log-level',
    'silent',
  )
  expect([code, err]).toEqual([1, expect.stringContaining('Give an address that this machine has')])
})

it.runIf(process.platform === 'linux')('a data folder where there can be none ends it, with the way out', async () => {
  const { code, err } = await run('serve', '--data', '/proc/nothing', '--log-level', 'silent')
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^The data folder \/proc\/nothing can't be used: .*--data DIR\.\n$/),
  ])
})
