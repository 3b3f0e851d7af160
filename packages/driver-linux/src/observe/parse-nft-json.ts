/** Reads what `nft -j list table` prints of our own table: who is in its sets, which rules stand there, and what it remembers. */
import { type FirewallSetId, type IpPrefix, mergePrefixes, normaliseIpPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { OwnTables } from '../firewall/firewall-backend.js'
import { ruleMark } from '../render/firewall-text.js'
import { wasOffChain } from '../render/forwarding-commands.js'
import { idOfNftSet } from '../render/nft-sets.js'
import { families } from '../render/nft-words.js'
import { type Unreadable, unreadable } from './wireguard-device.js'

/** An address alone, or a prefix. */
const element = t.union([t.string, t.type({ prefix: t.type({ addr: t.string, len: t.Integer }) })])

const entry = t.partial({
  chain: t.type({ name: t.string }),
  set: t.intersection([t.type({ name: t.string }), t.partial({ elem: t.array(element) })]),
  rule: t.partial({ comment: t.string }),
})

const listing = t.type({ nftables: t.array(entry) })

/** What somebody changed is no hash of ours. */
const changed = 'changed'

/** Without its elements (`nft -t`) the sets are empty. */
export function parseOwnTable(text: string): E.Either<Unreadable, OwnTables> {
  const decoded = listing.decode(parsed(text))
  if (E.isLeft(decoded)) return unreadable('`nft list table` printed something else than chains, sets and rules')
  const entries = decoded.right.nftables
  const rules = entries.flatMap(({ rule }) => (rule === undefined ? [] : [rule.comment ?? '']))
  const chains = new Set(entries.map(({ chain }) => chain?.name))
  const sets = new Map<FirewallSetId, IpPrefix[]>()
  for (const { name, elem } of entries.flatMap(({ set }) => (set === undefined ? [] : [set]))) {
    const members = readElements(elem ?? [])
    if (members === undefined) return unreadable(`set ${name} holds something else than prefixes`)
    const id = idOfNftSet(name)
    sets.set(id, [...(sets.get(id) ?? []), ...members])
  }
  return E.right({
    firewall: {
      rulesHash: rulesHashOf(rules),
      sets: new Map([...sets].map(([id, members]) => [id, mergePrefixes(members)])),
    },
    wasOff: families.filter((family) => chains.has(wasOffChain(family))),
  })
}

/** Of the rules that the comments tell of, when all of them are there and in order. */
function rulesHashOf(comments: readonly string[]): string {
  const hash = / ([0-9a-f]{16}) /.exec(comments[0] ?? '')?.[1] ?? changed
  const areAll = comments.every((comment, at) => comment === ruleMark(hash, at + 1, comments.length))
  return areAll ? hash : changed
}

function readElements(elements: readonly t.TypeOf<typeof element>[]): readonly IpPrefix[] | undefined {
  const prefixes: IpPrefix[] = []
  for (const each of elements) {
    const prefix = normaliseIpPrefix(typeof each === 'string' ? alone(each) : `${each.prefix.addr}/${each.prefix.len}`)
    if (E.isLeft(prefix)) return undefined
    prefixes.push(prefix.right)
  }
  return prefixes
}

const alone = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
