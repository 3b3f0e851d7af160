import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { SpecificationFailure, specification } from './specification.js'

type LampEvent = { readonly type: 'Lit'; readonly watts: number }
type LampError = { readonly code: 'broken' } | { readonly code: 'too-bright'; readonly atMostWatts: number }

const lamp = specification<{ readonly watts: number }, LampEvent, number, LampError>({
  decide: ({ watts }, state) => {
    if (watts < 0) return E.left({ code: 'broken' })
    if (watts > 100) return E.left({ code: 'too-bright', atMostWatts: 100 })
    return E.right(watts === state ? [] : [{ type: 'Lit', watts }])
  },
  evolve: (_state, { watts }) => watts,
  initialState: () => 0,
})

const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof SpecificationFailure) return thrown.message
    throw thrown
  }
  return 'holds'
}

describe('an example that holds', () => {
  test('returns what comes of it', () => {
    expect(
      lamp
        .given([{ type: 'Lit', watts: 5 }])
        .when({ watts: 40 })
        .then([{ type: 'Lit', watts: 40 }]),
    ).toBe(40)
    expect(lamp.given([]).when({ watts: 400 }).thenRefused('too-bright')).toEqual({
      code: 'too-bright',
      atMostWatts: 100,
    })
    lamp
      .given([{ type: 'Lit', watts: 5 }])
      .when({ watts: 5 })
      .thenNothing()
  })
})

describe("an example that doesn't hold says where it differs", () => {
  test.each<[string, () => unknown, string]>([
    [
      'another value',
      () =>
        lamp
          .given([])
          .when({ watts: 4 })
          .then([{ type: 'Lit', watts: 5 }]),
      'other events than expected:\n  $[0].watts: expected 5, got 4',
    ],
    [
      'an event too many',
      () => lamp.given([]).when({ watts: 4 }).then([]),
      'other events than expected:\n  $[0]: expected nothing, got {"type":"Lit","watts":4}',
    ],
    [
      'an event too few',
      () =>
        lamp
          .given([])
          .when({ watts: 0 })
          .then([{ type: 'Lit', watts: 0 }]),
      'other events than expected:\n  $[0]: expected {"type":"Lit","watts":0}, got nothing',
    ],
    [
      'something for nothing',
      () => lamp.given([]).when({ watts: 4 }).thenNothing(),
      'other events than expected:\n  $[0]: expected nothing, got {"type":"Lit","watts":4}',
    ],
    [
      'a refusal',
      () => lamp.given([]).when({ watts: -1 }).then([]),
      'expected events, but it was refused:\n  $: expected [], got {"code":"broken"}',
    ],
    [
      'no refusal',
      () => lamp.given([]).when({ watts: 0 }).thenRefused('broken'),
      'expected a refusal, but it was accepted:\n  $: expected {"code":"broken"}, got []',
    ],
    [
      'another refusal',
      () => lamp.given([]).when({ watts: -1 }).thenRefused('too-bright'),
      'refused otherwise:\n  $.code: expected "too-bright", got "broken"',
    ],
    [
      'other facts',
      () => lamp.given([]).when({ watts: 500 }).thenRefused('too-bright', { atMostWatts: 60 }),
      'refused otherwise:\n  $.atMostWatts: expected 60, got 100',
    ],
  ])('%s', (_name, run, message) => {
    expect(messageOf(run)).toBe(message)
  })

  test('and hands both sides to the test runner', () => {
    expect(() => lamp.given([]).when({ watts: 4 }).thenNothing()).toThrow(
      expect.objectContaining({ name: 'AssertionError', expected: [], actual: [{ type: 'Lit', watts: 4 }] }),
    )
  })
})

test('a rule that changes its input fails', () => {
  const careless = specification<{ watts: number }, LampEvent, number, LampError>({
    decide: (command) => {
      command.watts = 1
      return E.right([])
    },
    evolve: (state) => state,
    initialState: () => 0,
  })
  expect(() => careless.given([]).when({ watts: 4 })).toThrow(TypeError)
})
