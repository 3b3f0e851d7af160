/** Where nothing keeps `/etc/resolv.conf`, or something that knows no other way: a block of ours in it. */
import { everyDomain, type IpAddress, isAboutEverything } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { readResolvConf, serversOfOthers, writeResolvConf } from '../render/resolv-conf-text.js'
import type { MakeResolverBackend } from './resolver-backend.js'
import { readTextFile, rewriteTextFile } from './text-file.js'

/** The C library's own file. */
export const resolvConf = '/etc/resolv.conf'

export const makeResolvConfBackend: MakeResolverBackend = ({ interfaceName, files }) => ({
  means: { program: resolvConf, can: 'everything' },
  find: async (action) => {
    const file = await readTextFile(files, resolvConf, action)
    if (E.isLeft(file)) return file
    const servers = readResolvConf(file.right.text, interfaceName)
    const elsewhere = serversOfOthers(file.right.text, interfaceName)
    return E.right({ resolvers: servers === 'spoilt' ? servers : asResolvers(servers), elsewhere })
  },
  tell: (resolvers, action) => {
    const servers = resolvers.find(isAboutEverything)?.servers ?? []
    return rewriteTextFile(files, resolvConf, action, (text) => writeResolvConf(text, interfaceName, servers))
  },
})

const asResolvers = (servers: readonly IpAddress[]) =>
  servers.length === 0 ? [] : [{ servers, domains: [everyDomain] }]
