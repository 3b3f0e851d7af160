/**
 * What resolves names on a host, by what its `/etc/resolv.conf` is: asked anew each time, since network managers come and go. A program
 * that is installed and has no part in that file is none to be told.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { LinuxHost, Outcome } from '../linux-host.js'
import { OF_RESOLVCONF, OF_RESOLVED } from '../linux-pitfalls.js'
import { makeResolvConfBackend, resolvConf } from './resolv-conf-backend.js'
import { makeResolvconfBackend, type ResolvconfKind } from './resolvconf-backend.js'
import { makeResolvedBackend, uplinkServers } from './resolved-backend.js'
import type { ResolverBackend } from './resolver-backend.js'
import { readTextFile, type TextFile } from './text-file.js'

export async function chooseResolver(host: LinuxHost, action: string): Outcome<ResolverBackend> {
  const file = await readTextFile(host.files, resolvConf, action)
  if (E.isLeft(file)) return file
  if (isOfResolved(file.right)) {
    const answers = await answersWith(host, 'resolvectl', ['default-route'])
    return E.right(
      answers === undefined ? deaf(host, 'systemd-resolved, which does not answer') : makeResolvedBackend(host),
    )
  }
  if (isOfResolvconf(file.right)) {
    const kind = kindOf((await answersWith(host, 'resolvconf', ['--version'])) ?? '', file.right)
    if (kind !== undefined) return E.right(makeResolvconfBackend(host, kind))
  }
  return E.right(makeResolvConfBackend(host))
}

const isOfResolved = ({ path, text = '' }: TextFile): boolean =>
  OF_RESOLVED.path.test(path) || serversOf(text).join() === OF_RESOLVED.stub

const isOfResolvconf = ({ path, text = '' }: TextFile): boolean =>
  OF_RESOLVCONF.path.test(path) || OF_RESOLVCONF.header.test(text)

function kindOf(version: string, { text = '' }: TextFile): ResolvconfKind | undefined {
  if (/^debian resolvconf/i.test(version)) return 'debian'
  if (!/^openresolv/i.test(version)) return undefined
  const servers = serversOf(text)
  const isLocal = servers.length > 0 && servers.every((server) => server.startsWith('127.') || server === '::1')
  return isLocal ? 'openresolv-with-local-resolver' : 'openresolv'
}

const serversOf = (text: string): readonly string[] =>
  [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].map(([, server = '']) => server)

/** What it prints; `undefined`: it is not there, or has nothing to say. */
async function answersWith({ runner }: LinuxHost, file: string, args: readonly string[]): Promise<string | undefined> {
  const ended = await runner({ file, args })
  return E.isRight(ended) && ended.right.exitCode === 0 ? ended.right.stdout : undefined
}

/** Nothing can be told, and nothing was. */
const deaf = (host: LinuxHost, program: string): ResolverBackend => ({
  means: { program, can: 'nothing' },
  find: async (action) => {
    const elsewhere = await uplinkServers(host, action)
    return E.isLeft(elsewhere) ? elsewhere : E.right({ resolvers: [], elsewhere: elsewhere.right })
  },
  tell: async () => E.right(undefined),
})
