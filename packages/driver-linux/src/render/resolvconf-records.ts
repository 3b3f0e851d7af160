/** Records of `resolvconf`: what it is fed, and what it lists. */
import { everyDomain, type NameResolver, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** As a resolv.conf has it. A record about everything names no domain. */
export const recordText = ({ servers, domains }: NameResolver, everything: string): string =>
  [
    ...(domains.includes(everything) ? [] : [`search ${domains.join(' ')}`]),
    ...servers.map((server) => `nameserver ${server}`),
    '',
  ].join('\n')

/** What `resolvconf` was fed, by us and by others. */
export interface ResolvconfRecords {
  /** Those whose names begin with the prefix, in the order of these names. */
  readonly own: ReadonlyMap<string, NameResolver>
  /** As they are listed. */
  readonly others: readonly NameResolver[]
}

export const readRecords = (listing: string, prefix: string): ResolvconfRecords => {
  const records = listing
    .split(/^# resolv\.conf from /m)
    .slice(1)
    .map((text) => {
      const [name = '', ...lines] = text.split('\n')
      return [name, readRecord(lines)] as const
    })
  const isOwn = (name: string) => name.startsWith(`${prefix}.`)
  const own = records.filter(([name]) => isOwn(name))
  return {
    own: new Map(own.sort(([a], [b]) => Number(a.slice(prefix.length + 1)) - Number(b.slice(prefix.length + 1)))),
    others: records.flatMap(([name, record]) => (isOwn(name) ? [] : [record])),
  }
}

const readRecord = (lines: readonly string[]): NameResolver => {
  const words = lines.map((line) => line.trim().split(/\s+/))
  const domains = words.flatMap(([key, ...rest]) => (key === 'search' ? rest : []))
  const servers = words.flatMap(([key, value = '']) => {
    const address = parseIpAddress(value)
    return key === 'nameserver' && E.isRight(address) ? [address.right] : []
  })
  return { servers, domains: domains.length === 0 ? [everyDomain] : domains }
}
