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

test('a user who could be no agent keeps nobody from an interface', async () => {
  const taken = `${name}c`
  const theirs = await claimInterface(taken)
  const asked: number[] = []
  const mayBeAgent = (userId: number) => {
    asked.push(userId)
    return false
  }
  expect(E.isRight(await claimInterface(taken, mayBeAgent))).toBe(true)
  expect(asked).toEqual([process.geteuid?.()])
  if (E.isRight(theirs)) theirs.right.release()
})
