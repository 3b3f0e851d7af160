import * as E from 'fp-ts/lib/Either.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.js'
import { Questions } from './questions.js'

let clock: ManualClock
let questions: Questions

beforeEach(() => {
  clock = new ManualClock()
  questions = new Questions(clock)
})

/** Answers when it is told to. */
const held = () => {
  let answer: (text: string) => void = () => {}
  let isAsked = false
  const work = () => {
    isAsked = true
    return new Promise<string>((resolve) => {
      answer = resolve
    })
  }
  return { work, answer: (text: string) => answer(text), isAsked: () => isAsked }
}

describe('questions', () => {
  it('are answered one after the other', async () => {
    const [one, other] = [held(), held()]
    const answers = [questions.ask(one.work), questions.ask(other.work)]
    await Promise.resolve()
    expect([one.isAsked(), other.isAsked()]).toEqual([true, false])
    one.answer('first')
    expect(await answers[0]).toEqual(E.right('first'))
    await Promise.resolve()
    expect(other.isAsked()).toBe(true)
    other.answer('second')
    expect(await answers[1]).toEqual(E.right('second'))
  })

  it('are refused while eight wait, and taken again when they are answered', async () => {
    const waiting = Array.from({ length: 8 }, held)
    const answers = waiting.map(({ work }) => questions.ask(work))
    expect(await questions.ask(async () => 'ninth')).toEqual(E.left({ code: 'too-many-questions', waiting: 8 }))
    for (const [at, each] of waiting.entries()) {
      await Promise.resolve()
      each.answer('done')
      await answers[at]
    }
    expect(await questions.ask(async () => 'again')).toEqual(E.right('again'))
  })

  it('that crash leave the others alone', async () => {
    const crashed = questions.ask(async () => {
      throw new Error('a fault')
    })
    const other = questions.ask(async () => 'fine')
    await expect(crashed).rejects.toThrow('a fault')
    expect(await other).toEqual(E.right('fine'))
  })

  it('are not taken by a server that stops, and the one under way is told to end', async () => {
    const isEnough = questions.enoughAfter(1000)
    expect(isEnough()).toBe(false)
    questions.close()
    expect(isEnough()).toBe(true)
    expect(await questions.ask(async () => 'late')).toEqual(E.left({ code: 'server-stopping' }))
  })

  it('end after as long as they may take', () => {
    const isEnough = questions.enoughAfter(1000)
    clock.advance(1001)
    expect(isEnough()).toBe(true)
  })

  it('let others have their turn every few milliseconds', async () => {
    const turns: string[] = []
    setImmediate(() => turns.push('another'))
    const steps = function* (): Generator<undefined, string> {
      for (let step = 0; step < 3; step += 1) {
        turns.push(`step ${step}`)
        clock.advance(11)
        yield
      }
      return 'done'
    }
    expect(await questions.run(steps())).toBe('done')
    expect(turns).toEqual(['step 0', 'another', 'step 1', 'step 2'])
  })
})
