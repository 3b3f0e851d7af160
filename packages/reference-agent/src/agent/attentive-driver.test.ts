import { ipPrefix, type ObservationWish, type UnderlayMtu } from '@meshfold/core'
import { createSimulatedHost } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { attentiveDriver } from './attentive-driver.js'

/** A host that sees these ways to peers, one at each look. */
const hostSeeing = (ways: readonly UnderlayMtu[]) => {
  const host = createSimulatedHost({ heldKeys: [], nowEpochMs: () => 0 })
  const [left, wishes] = [[...ways], [] as (ObservationWish | undefined)[]]
  const driver = attentiveDriver(
    {
      ...host,
      observe: async (wish) => {
        wishes.push(wish)
        const underlayMtu = left.shift()
        host.disturb((state) => ({ ...state, underlayMtu }))
        return host.observe()
      },
    },
    () => [ipPrefix('192.168.7.0/24')],
  )
  const look = async () => {
    const observed = await driver.observe()
    return E.isRight(observed) ? observed.right.underlayMtu : observed
  }
  return { look, wishes }
}

test('what routers said of the way is held though the system forgets it, until the link is another', async () => {
  const [wide, narrow, other] = [
    { linkBytes: 1500, pathBytes: 1500 },
    { linkBytes: 1500, pathBytes: 1380 },
    { linkBytes: 1400, pathBytes: 1400 },
  ]
  const { look } = hostSeeing([wide, narrow, wide, other])
  expect(await look()).toEqual(wide)
  expect(await look()).toEqual(narrow)
  expect(await look()).toEqual(narrow)
  expect(await look()).toEqual(other)
})

test('each look is at the ways to these ranges, too', async () => {
  const { look, wishes } = hostSeeing([])
  await look()
  expect(wishes).toEqual([{ rangesOutside: ['192.168.7.0/24'] }])
})
