import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { mayDrop, parseNftListing } from './parse-nft-chains.js'

/** As nft 1.0.6 prints them with `-j`. */
const match = (field: object, right: unknown, op = '==') => ({ match: { op, left: field, right } })
const source = { payload: { protocol: 'ip', field: 'saddr' } }
const port = match({ payload: { protocol: 'tcp', field: 'dport' } }, 22)
const comesBy = (name: string, op?: string) => match({ meta: { key: 'iifname' } }, name, op)
const banned = match(source, '@banned')
const drop = { drop: null }
const jump = { jump: { target: 'out' } }
const xt = (type: string, name: string) => ({ xt: { type, name } })

const drops = (rules: readonly (readonly object[])[], { policy = 'accept', out = [[drop]] } = {}): boolean => {
  const place = { family: 'inet', table: 'others' }
  const base = { ...place, name: 'input', type: 'filter', hook: 'input', policy }
  const rulesOf = (chain: string, all: readonly (readonly object[])[]) =>
    all.map((expr, at) => ({ rule: { ...place, chain, handle: at, expr } }))
  const nftables = [{ chain: base }, ...rulesOf('input', rules), ...rulesOf('out', out)]
  const listing = parseNftListing(JSON.stringify({ nftables }))
  if (E.isLeft(listing)) throw new Error(JSON.stringify(listing.left))
  return mayDrop(listing.right, base, 'wg0')
}

describe('a foreign filter may drop what it does not know', () => {
  it.each([
    ['by its policy', [], 'drop'],
    ['by a rule for all', [[drop]], 'accept'],
    ['by a rule for a port', [[port, { reject: {} }]], 'accept'],
    ['in a chain that it leads to', [[port, jump]], 'accept'],
    ['but for who is named', [[match(source, '192.0.2.1', '!='), drop]], 'accept'],
    ['but for an interface', [[comesBy('wg0', '!='), drop]], 'accept'],
    ['on another interface', [[comesBy('docker0'), drop]], 'accept'],
    ['by a target of iptables', [[xt('target', 'REJECT')]], 'accept'],
    ['by a map of verdicts', [[{ vmap: {} }]], 'accept'],
    ['after rules against somebody', [[banned, drop], [drop]], 'accept'],
  ])('%s', (_how, rules, policy) => expect(drops(rules, { policy })).toBe(true))
})

describe('a foreign filter is left alone', () => {
  it.each([
    ['that accepts', [[port, { accept: null }]]],
    ['that bans addresses', [[port, banned, { reject: {} }]]],
    ['that leads banned addresses elsewhere', [[match(source, { set: ['192.0.2.1'] }), jump]]],
    ['that forbids something on the mesh interface', [[comesBy('wg0'), port, drop]]],
    ['that only logs', [[xt('target', 'LOG')]]],
  ])('%s', (_how, rules) => expect(drops(rules)).toBe(false))

  it('that leads everybody to where some are banned', () => {
    expect(drops([[port, jump]], { out: [[banned, xt('target', 'REJECT')], [{ return: null }]] as never })).toBe(false)
  })
})
