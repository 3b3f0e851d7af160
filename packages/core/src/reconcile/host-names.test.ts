import { describe, expect, test } from 'vitest'
import { ipAddress } from '../values/index.js'
import { linesBeside, reportNames, serveResolvers, type WantedResolver } from './host-names.js'

const lines = [
  { address: ipAddress('10.66.0.2'), names: ['laptop.home.mesh', 'laptop'] },
  { address: ipAddress('10.66.0.3'), names: ['printer'] },
]

describe('beside the lines of others', () => {
  test('nothing is left out where they have other names', () => {
    expect(linesBeside(lines, new Set(['router']))).toBe(lines)
  })

  test('a name that others gave an address is theirs, and a line without a name is none', () => {
    expect(linesBeside(lines, new Set(['laptop', 'printer']))).toEqual([
      { address: '10.66.0.2', names: ['laptop.home.mesh'] },
    ])
  })
})

describe('of resolvers', () => {
  const everything: WantedResolver = { servers: [ipAddress('10.66.0.53')], domains: ['.'], isInMesh: true }
  const near: WantedResolver = { ...everything, domains: ['office.example'] }
  const other: WantedResolver = { servers: [ipAddress('10.20.0.53')], domains: ['a.example'], isInMesh: true }
  const outside: WantedResolver = { servers: [ipAddress('192.0.2.53')], domains: ['b.example'], isInMesh: false }
  const wanted = [everything, near, other, outside]
  const served = (can: 'each-domain' | 'one-list' | 'everything' | 'nothing', of = wanted) =>
    serveResolvers(of, { program: 'a resolver', can })
  const domainsLeft = (can: Parameters<typeof served>[0], of = wanted) =>
    served(can, of).left.map(({ resolver }) => resolver.domains.join())

  test('one that can tell domains apart gets them all', () => {
    const domains = [near, other, outside]
    expect(served('each-domain', domains).served.map((each) => each.domains.join())).toEqual(
      domains.map((each) => each.domains.join()),
    )
    expect(domainsLeft('each-domain', domains)).toEqual([])
    expect(domainsLeft('each-domain')).toEqual(['office.example', 'a.example', 'b.example'])
  })

  test('one with a single list gets the first, with all that is asked there, and nothing that the mesh does not lead to', () => {
    expect(served('one-list').served).toEqual([{ servers: ['10.66.0.53'], domains: ['.', 'office.example'] }])
    expect(domainsLeft('one-list')).toEqual(['b.example', 'a.example'])
    expect(served('one-list', [outside, other]).served).toEqual([{ servers: ['10.20.0.53'], domains: ['a.example'] }])
  })

  test("one that knows no domains is never told of one: the host's own resolver is not taken over for it", () => {
    expect(served('everything').served).toEqual([{ servers: ['10.66.0.53'], domains: ['.'] }])
    expect(served('everything', [near, other]).served).toEqual([])
    expect(domainsLeft('everything')).toEqual(['office.example', 'a.example', 'b.example'])
  })

  test('it is told what is served, and what is not, with a reason', () => {
    const means = { program: 'a resolver', can: 'everything' } as const
    const found = { lines, taken: new Set(['laptop', 'router']), resolvers: [], elsewhere: [], means }
    expect(reportNames(found, { lines, resolvers: [near] })).toEqual({
      known: 2,
      leftToOthers: ['laptop'],
      resolver: 'a resolver',
      asked: [],
      notAsked: [
        {
          resolver: { servers: ['10.66.0.53'], domains: ['office.example'] },
          reason: "a resolver can't ask a server about some domains only",
        },
      ],
    })
  })

  test('where there is none, everything is left, with a reason', () => {
    expect(served('nothing').served).toEqual([])
    expect(served('nothing').left.every(({ reason }) => reason !== '')).toBe(true)
    expect(domainsLeft('nothing')).toHaveLength(4)
  })
})
