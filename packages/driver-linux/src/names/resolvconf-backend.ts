/**
 * `resolvconf`, of either make: it keeps a record of servers for each interface and makes `/etc/resolv.conf` of them. Ours begins with
 * `tun.`, which both put first. openresolv can be told that a record is the only one that counts, or for its domains alone; Debian's own
 * asks the servers of other records where ours don't answer.
 */
import { everyDomain, isAboutEverything, type NameResolver } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ToolCommand } from '../host-tool.js'
import { type LinuxHost, run, runAll } from '../linux-host.js'
import { readRecords, recordText } from '../render/resolvconf-records.js'
import type { ResolverBackend } from './resolver-backend.js'

/** Which `resolvconf` it is, and whether a resolver on the host itself is fed by it: that one can tell domains apart. */
export type ResolvconfKind = 'openresolv' | 'openresolv-with-local-resolver' | 'debian'

const programs: Readonly<Record<ResolvconfKind, string>> = {
  openresolv: 'resolvconf (openresolv)',
  'openresolv-with-local-resolver': 'resolvconf (openresolv) with a resolver of its own',
  debian: 'resolvconf',
}

export const makeResolvconfBackend = (host: LinuxHost, kind: ResolvconfKind): ResolverBackend => {
  const prefix = `tun.meshfold-${host.interfaceName}`
  const listed = async (action: string) => {
    const text = await run(host, { tool: 'resolvconf', args: ['-l'], tolerates: NOTHING_LISTED }, action)
    return E.isLeft(text) ? text : E.right(readRecords(text.right, prefix))
  }
  return {
    means: {
      program: programs[kind],
      can: kind === 'openresolv-with-local-resolver' ? 'each-domain' : 'everything',
    },
    find: async (action) => {
      const records = await listed(action)
      if (E.isLeft(records)) return records
      const { own, others } = records.right
      return E.right({ resolvers: [...own.values()], elsewhere: others.flatMap(({ servers }) => servers) })
    },
    tell: async (resolvers, action) => {
      const records = await listed(action)
      if (E.isLeft(records)) return records
      const wanted = resolvers.map((resolver, at) => [`${prefix}.${at}`, resolver] as const)
      const names = new Set<string>(wanted.map(([name]) => name))
      const gone = [...records.right.own.keys()].filter((name) => !names.has(name))
      return runAll(host, [...wanted.map((each) => add(kind, each)), ...gone.map(remove)], action)
    },
  }
}

/** openresolv ends with 1 and says nothing where it has no record. */
const NOTHING_LISTED = /^$/

const add = (kind: ResolvconfKind, [name, resolver]: readonly [string, NameResolver]): ToolCommand => {
  const isExclusive = isAboutEverything(resolver)
  const options = kind === 'debian' ? [] : [isExclusive ? '-x' : '-p']
  return { tool: 'resolvconf', args: [...options, '-a', name], stdin: recordText(resolver, everyDomain) }
}

const remove = (name: string): ToolCommand => ({ tool: 'resolvconf', args: ['-d', name] })
