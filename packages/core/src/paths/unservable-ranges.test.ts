import { describe, expect, test } from 'vitest'
import { handMadeConfig, hop } from '../../test/hand-made-config.js'
import { egressId, hostId, type IpPrefix, ipPrefix } from '../values/index.js'
import { SERVABLE_AGAIN_AFTER_MS, UnservableWatch, unservableRanges } from './unservable-ranges.js'

const [me, site] = [hostId('me'), egressId('site')]
const [range4, range6] = [ipPrefix('192.168.77.0/24'), ipPrefix('fd77::/64')]

const reasonOf = (
  interfaceName: string | null,
  linksUp: readonly string[],
  ways: Readonly<Record<string, string[]>>,
) => {
  const plain = handMadeConfig({ viewer: me, peers: [], paths: [] })
  const [membership] = plain.own.memberships
  const routers = [{ nodeId: membership?.nodeId ?? hop(me).nodeId, interfaceName }]
  const config = { own: plain.own, routing: [{ egressId: site, ranges: [range4, range6], before: [], routers }] }
  const interfaces = new Map(Object.entries(ways).map(([range, names]) => [range as IpPrefix, names]))
  return unservableRanges(config, { linksUp, interfaces }).get(site)
}

describe('E6 a router says what it can not serve', () => {
  test.each([
    ['it has a link and a route', 'eth1', ['eth0', 'eth1'], { [range4]: ['eth1'] }, undefined],
    ['one family is enough', 'eth1', ['eth1'], { [range4]: [], [range6]: ['eth1'] }, undefined],
    ['its interface is down', 'eth1', ['eth0'], { [range4]: ['eth0'] }, 'no-link'],
    ['its routes lead elsewhere', 'eth1', ['eth0', 'eth1'], { [range4]: ['eth0'] }, 'no-route'],
    ['nothing leads there', null, ['eth0'], {}, 'no-route'],
    ['any way will do', null, ['eth0'], { [range4]: ['eth0'] }, undefined],
    ['the cable is loose', null, ['eth0'], { [range4]: ['eth1'] }, 'no-link'],
  ] as const)('%s', (_, named, up, ways, reason) => {
    expect(reasonOf(named, up, ways as unknown as Record<string, string[]>)).toBe(reason)
  })

  test('at once, and takes it back once it has been seen there again for a while, however long nobody looked before', () => {
    const watch = new UnservableWatch()
    const [gone, back] = [new Map([[site, 'no-link' as const]]), new Map()]
    const seenAgainAtMs = SERVABLE_AGAIN_AFTER_MS + 1
    expect(watch.take(gone, 0)).toEqual(gone)
    expect(watch.take(back, seenAgainAtMs)).toEqual(gone)
    expect(watch.take(back, seenAgainAtMs + SERVABLE_AGAIN_AFTER_MS - 1)).toEqual(gone)
    expect(watch.take(back, seenAgainAtMs + SERVABLE_AGAIN_AFTER_MS)).toEqual(back)
  })

  test('a cable that is loose again begins anew', () => {
    const watch = new UnservableWatch()
    const [gone, back] = [new Map([[site, 'no-link' as const]]), new Map()]
    expect(watch.take(gone, 0)).toEqual(gone)
    expect(watch.take(back, 1)).toEqual(gone)
    expect(watch.take(gone, SERVABLE_AGAIN_AFTER_MS)).toEqual(gone)
    expect(watch.take(back, SERVABLE_AGAIN_AFTER_MS + 1)).toEqual(gone)
    expect(watch.take(back, 2 * SERVABLE_AGAIN_AFTER_MS)).toEqual(gone)
    expect(watch.take(back, 2 * SERVABLE_AGAIN_AFTER_MS + 1)).toEqual(back)
  })
})
