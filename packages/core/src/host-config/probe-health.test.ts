import { describe, expect, test } from 'vitest'
import { type HostId, hostId } from '../values/index.js'
import {
  dueProbes,
  healthOf,
  mayBeOffline,
  noProbes,
  onHeard,
  onProbe,
  onServerHeard,
  type ProbeHealth,
  probeTimes,
  withTargets,
} from './probe-health.js'

const [one, two, three] = [hostId('one'), hostId('two'), hostId('three')]

/** What each target does with a probe sent at a time. */
type World = (target: HostId, sentAtMs: number) => 'answers' | 'refuses' | 'silent'

interface Run {
  readonly health: ProbeHealth
  /** When the states in the view changed, as `12.7 one down`. */
  readonly story: readonly string[]
  readonly sent: readonly { readonly target: HostId; readonly atMs: number }[]
}

/** Runs probes from 0 to the time, in steps of 10 ms; an answer takes 50 ms. `isServerHeard`: at that moment. */
const run = (
  targets: readonly HostId[],
  untilMs: number,
  world: World,
  isServerHeard: (nowMs: number) => boolean = () => false,
): Run => {
  let health = noProbes
  const story: string[] = []
  const sent: { target: HostId; atMs: number }[] = []
  let outcomes: { atMs: number; target: HostId; sentAtMs: number; outcome: 'answered' | 'refused' | 'missed' }[] = []
  // Targets are not probed all at the same moment.
  const starts = new Map(targets.map((target, at) => [target, at * 330]))
  for (let now = 0; now <= untilMs; now += 10) {
    const known = targets.filter((target) => (starts.get(target) ?? 0) <= now)
    if (known.length > health.size) health = withTargets(health, known, now)
    for (const { target, sentAtMs, outcome } of outcomes.filter(({ atMs }) => atMs === now)) {
      const step = onProbe(health, target, { outcome, sentAtMs }, now)
      health = step.health
      for (const changed of step.changed) story.push(`${now / 1000} ${changed} ${healthOf(health, changed)?.state}`)
    }
    outcomes = outcomes.filter(({ atMs }) => atMs > now)
    if (isServerHeard(now)) health = onServerHeard(health, now).health
    const step = dueProbes(health, now)
    health = step.health
    for (const target of step.due) {
      sent.push({ target, atMs: now })
      const fate = world(target, now)
      const atMs = now + (fate === 'silent' ? probeTimes.answerMs : 50)
      outcomes.push({
        atMs,
        target,
        sentAtMs: now,
        outcome: fate === 'silent' ? 'missed' : fate === 'refuses' ? 'refused' : 'answered',
      })
    }
  }
  return { health, story, sent }
}

const silentFrom =
  (times: Readonly<Record<string, readonly [number, number]>>): World =>
  (target, at) => {
    const [from, until] = times[target] ?? [Number.POSITIVE_INFINITY, 0]
    return at >= from && at < until ? 'silent' : 'answers'
  }
const forever = Number.POSITIVE_INFINITY

describe('probes', () => {
  test('F2 one a second, and two more 0.3 s apart after a miss', () => {
    const { sent } = run([one], 8000, silentFrom({ one: [3000, forever] }))
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000, 2000, 3000, 4000, 4300, 5300, 6300, 7300])
  })

  test('F2 a dead target is down within 3 s, whenever it died; another one that lives is proof enough', () => {
    for (let diesAt = 5000; diesAt < 6000; diesAt += 50) {
      const { story } = run([one, two], 12_000, silentFrom({ one: [diesAt, forever] }))
      const [, , down] = story
      expect(down).toMatch(/ one down$/)
      expect(Number.parseFloat(down ?? '') * 1000 - diesAt).toBeLessThanOrEqual(3000)
      expect(story).toHaveLength(3)
    }
  })

  test('F2 it is up again after five answers in a row', () => {
    const { story } = run([one, two], 30_000, silentFrom({ one: [5000, 12_000] }))
    expect(story.map((line) => line.split(' ').slice(1).join(' '))).toEqual(['one up', 'two up', 'one down', 'one up'])
    const up = Number.parseFloat(story[3] ?? '')
    expect(up).toBeGreaterThan(16)
    expect(up).toBeLessThan(17.5)
  })

  test('F2 two misses are none', () => {
    const world: World = (target, at) => (target === one && at >= 5000 && at <= 6000 ? 'silent' : 'answers')
    expect(run([one, two], 12_000, world).story).toHaveLength(2)
  })

  test('F2 all of two targets fail: the host itself is offline, and nothing moves, however long', () => {
    for (let diesAt = 5000; diesAt < 6000; diesAt += 50) {
      const times = [diesAt, 60_000] as const
      expect(run([one, two], 90_000, silentFrom({ one: times, two: times })).story).toHaveLength(2)
    }
  })

  test('F2 a short loss of everything moves nothing either', () => {
    for (let lastsMs = 1000; lastsMs <= 4000; lastsMs += 100)
      for (let diesAt = 5000; diesAt < 6000; diesAt += 100) {
        const times = [diesAt, diesAt + lastsMs] as const
        expect(run([one, two, three], 14_000, silentFrom({ one: times, two: times, three: times })).story).toHaveLength(
          3,
        )
      }
  })

  test('F2 one that died meanwhile is down soon after the other answers', () => {
    const { story } = run([one, two], 30_000, silentFrom({ one: [5000, forever], two: [5000, 20_000] }))
    expect(story.slice(2)).toEqual([expect.stringMatching(/^2[01]\.\d+ one down$/)])
  })

  test('F2 a third that was down before and comes back is proof that the others are gone', () => {
    const { story } = run(
      [one, two, three],
      40_000,
      silentFrom({ one: [20_000, forever], two: [20_000, forever], three: [5000, 25_000] }),
    )
    expect(story.slice(3).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'three down',
      'one down',
      'two down',
      'three up',
    ])
  })

  test('F2 the only target is down when it is missed: there is nothing to compare it with', () => {
    expect(run([one], 12_000, silentFrom({ one: [5000, forever] })).story).toEqual(['0.05 one up', '7 one down'])
  })

  test('F2 with its only targets gone, a host knows by who asks it that it is online itself', () => {
    const silent = { one: [0, forever], two: [0, forever] } as const
    const { health } = run([one, two], 20_000, (target, at) => (at < 5000 ? 'answers' : silentFrom(silent)(target, at)))
    expect(healthOf(health, one)?.state).toBe('up')
    let { health: heard, changed } = onHeard(health, three, 20_010)
    expect(changed).toEqual([])
    for (const target of [one, two]) {
      const step = onProbe(heard, target, { outcome: 'missed', sentAtMs: 20_020 }, 20_720)
      heard = step.health
      changed = [...changed, ...step.changed]
    }
    expect(changed).toEqual([one, two])
  })

  test('F2 D8 with its only targets gone at once, a host knows by its server that it is online itself', () => {
    for (let diesAt = 5000; diesAt < 6000; diesAt += 50)
      for (let phase = 0; phase < 2000; phase += 250) {
        const times = [diesAt, forever] as const
        const world = silentFrom({ one: times, two: times })
        const { story } = run([one, two], 12_000, world, (now) => now % 2000 === phase)
        expect(story).toHaveLength(4)
        for (const line of story.slice(2)) {
          expect(line).toMatch(/ (one|two) down$/)
          expect(Number.parseFloat(line) * 1000 - diesAt).toBeLessThanOrEqual(5000)
        }
      }
  })

  test('F2 what the server sent before the targets were silent proves nothing, nor what was read with the first miss', () => {
    for (let diesAt = 5000; diesAt < 6000; diesAt += 50) {
      const times = [diesAt, forever] as const
      const world = silentFrom({ one: times, two: times })
      expect(run([one, two], 20_000, world, (now) => now < diesAt + probeTimes.answerMs).story).toHaveLength(2)
    }
    const world = silentFrom({ one: [5000, forever], two: [5000, forever] })
    const firstMissMs = 5000 + probeTimes.answerMs
    const heardAfter = (ms: number) => run([one, two], 20_000, world, (now) => now === firstMissMs + ms).story.length
    expect([heardAfter(0), heardAfter(probeTimes.readLateMs - 10)]).toEqual([2, 2])
    expect(heardAfter(1000)).toBe(4)
  })

  test('F2 a host that hears its server moves nowhere over a moment without everything else', () => {
    for (let lastsMs = 100; lastsMs <= 1200; lastsMs += 100)
      for (let phase = 0; phase < 2000; phase += 250) {
        const times = [5000, 5000 + lastsMs] as const
        const world = silentFrom({ one: times, two: times })
        expect(run([one, two], 14_000, world, (now) => now % 2000 === phase).story).toHaveLength(2)
      }
  })

  test('F2 while nothing tells it otherwise it knows that it may be offline', () => {
    const times = [5000, 9000] as const
    const world = silentFrom({ one: times, two: times })
    expect(mayBeOffline(run([one, two], 5000, world).health)).toBe(false)
    expect(mayBeOffline(run([one, two], 9000, world).health)).toBe(true)
    expect(mayBeOffline(run([one, two], 12_000, world).health)).toBe(false)
    expect(mayBeOffline(run([one, two], 12_000, silentFrom({ one: [5000, forever] })).health)).toBe(false)
  })

  test('F2 a target that refuses is not down, and no longer proven', () => {
    const world: World = (target, at) => (target === one && at >= 5000 && at < 9000 ? 'refuses' : 'answers')
    expect(run([one, two], 12_000, world).story.slice(2)).toEqual(['5.05 one undefined', '9.05 one up'])
  })

  test('F2 refusals bring no target back, and prove that the host itself is online', () => {
    const world: World = (target, at) =>
      target === one && at >= 5000
        ? at < 9000
          ? 'silent'
          : 'refuses'
        : target === two && at >= 5000
          ? 'refuses'
          : 'answers'
    const { health, story } = run([one, two], 20_000, world)
    expect(story.at(-1)).toMatch(/ one down$/)
    expect(healthOf(health, one)?.state).toBe('down')
    expect(healthOf(health, two)).toBeUndefined()
  })

  test('F2 round trips are smoothed', () => {
    expect(healthOf(run([one], 5000, () => 'answers').health, one)).toEqual({ state: 'up', roundTripMs: 50 })
  })
})
