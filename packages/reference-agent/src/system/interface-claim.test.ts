import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { claimInterface } from './interface-claim.js'

const name = `test${process.pid}`

test('an interface is one agent’s at a time, and free again when that lets it go', async () => {
  const first = await claimInterface(name)
  expect(await claimInterface(name)).toEqual(E.left('interface-claimed'))
  const other = await claimInterface(`${name}b`)
  expect(E.isRight(other)).toBe(true)
  if (E.isRight(first)) first.right.release()
  if (E.isRight(other)) other.right.release()
  const again = await claimInterface(name)
  expect(E.isRight(again)).toBe(true)
  if (E.isRight(again)) again.right.release()
})
