import { encodePatchMessage, encodeServerMessage, fragmentIdOf, fragmentVersion, projectSnapshot } from '@meshfold/core'
import { expect, test } from 'vitest'
import { type SampleHost, SampleWorld } from '../../test/support/sample-world.js'

/** What no server of ours says; each ends the connection and changes nothing. */
const hostile: readonly (readonly [string, (world: SampleWorld, sample: SampleHost) => string])[] = [
  ['no JSON', () => 'snapshot'],
  ['JSON of nothing', () => 'null'],
  ['an unknown type', () => '{"type":"run","command":"rm -rf /"}'],
  ['a type from the prototype', () => '{"type":"constructor"}'],
  ['a number for a type', () => '{"type":7}'],
  ['deep nesting', () => `{"type":"patch","patch":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ['a patch without changes', () => '{"type":"patch","patch":{"asOf":{"epoch":1,"revision":99}}}'],
  ['a revision of 1e308', () => '{"type":"heartbeat","asOf":{"epoch":1,"revision":1e308}}'],
  ['an older snapshot', (world, sample) => snapshotAt(world, sample, { epoch: 1, revision: 0 })],
  ['an older patch', () => encodePatchMessage({ epoch: 1, revision: 0 }, [])],
  ['routes that are none', (world, sample) => withSelf(world, sample, '"routes":[{"prefix":"10.0.0.0/33"}]')],
  ['an MTU of nothing', (world, sample) => withSelf(world, sample, '"mtuBytes":0')],
]

for (const [what, words] of hostile) {
  test(`${what}: the connection is closed, config and host stay as they are`, async () => {
    const world = new SampleWorld()
    world.admit(2)
    const sample = await world.started(1)
    await world.pass(1000)
    const done = sample.host.executed.length
    const before = world.server.connectionOf(sample.hostId)
    world.server.sayTo(sample.hostId, words(world, sample))
    await world.settle()
    expect(world.server.connectionOf(sample.hostId)).not.toBe(before)
    expect(sample.host.executed).toHaveLength(done)
    const broke = sample.logged.find(({ message }) => message.includes('broke the protocol'))
    expect(String(broke?.fields.detail).length).toBeLessThan(1000)
    await world.pass(2000)
    world.admit(3)
    await world.settle()
    expect(world.toDo(sample)).toEqual([])
  })
}

test('a fragment that is not what it claims is asked for, and not believed', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  const [self] = projectSnapshot(world.server.state, sample.hostId).fragments
  if (self === undefined) throw new Error('no fragment')
  const change = { op: 'put', to: '0123456789abcdef', content: self } as never
  const asOf = { epoch: 1, revision: world.server.state.revision }
  world.server.sayTo(sample.hostId, encodePatchMessage(asOf, [{ fragment: fragmentIdOf(self), change }]))
  await world.settle()
  expect(world.server.saidBy(sample.hostId, 'table')[0]?.versions).toContainEqual([
    fragmentIdOf(self),
    fragmentVersion(self),
  ])
  await world.pass(7000)
  expect(world.toDo(sample)).toEqual([])
})

test.each([
  [20_000, 1, 0],
  [120_000, 0, 1],
])(
  'a table of %i fragments is sent %i times: one that is too long becomes the wish for a snapshot',
  async (count, tables, wishes) => {
    const world = new SampleWorld()
    const sample = await world.started(1)
    const snapshot = projectSnapshot(world.server.state, sample.hostId)
    const known = snapshot.fragments.find(({ kind }) => kind === 'class')
    if (known?.kind !== 'class') throw new Error('there is no class in the snapshot')
    const sets = Array.from({ length: count }, (_, i) => ({
      kind: 'set' as const,
      networkId: known.networkId,
      key: `tag:${i}-${'x'.repeat(40)}`,
      entries: [],
    }))
    const leading = { ...known, peers: ['everyone', ...sets.map(({ key }) => key)] }
    const others = snapshot.fragments.filter((fragment) => fragment !== known)
    const huge = { asOf: snapshot.asOf, fragments: [...others, leading, ...sets] }
    world.server.sayTo(sample.hostId, encodeServerMessage({ type: 'snapshot', snapshot: huge }))
    await world.settle()
    world.server.sayTo(sample.hostId, encodeServerMessage({ type: 'table-wanted' }))
    await world.settle()
    expect(world.server.saidBy(sample.hostId, 'table')).toHaveLength(tables)
    // The first is that of a fresh agent.
    const [, ...later] = world.server.saidBy(sample.hostId, 'resume')
    expect(later).toEqual(Array.from({ length: wishes }, () => ({ type: 'resume', asOf: null })))
  },
)

const snapshotAt = (world: SampleWorld, { hostId }: SampleHost, asOf: { epoch: number; revision: number }): string =>
  encodeServerMessage({ type: 'snapshot', snapshot: { ...projectSnapshot(world.server.state, hostId), asOf } })

const withSelf = (world: SampleWorld, { hostId }: SampleHost, field: string): string => {
  const text = encodeServerMessage({ type: 'snapshot', snapshot: projectSnapshot(world.server.state, hostId) })
  const name = field.slice(0, field.indexOf(':'))
  const before = name === '"routes"' ? /"routes":\[.*?\]/ : /"mtuBytes":\d+/
  return text.replace(before, field)
}
