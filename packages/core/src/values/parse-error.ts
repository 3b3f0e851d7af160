import * as E from 'fp-ts/lib/Either.js'

const QUOTED_CHARACTERS = 64

/** Why a text is not the value it was taken for: `reason` is a clause in English, `text` what was refused, cut short. */
export interface ParseError<Code extends string> {
  readonly code: Code
  readonly text: string
  readonly reason: string
}

/** The left side of a parser. Quotes at most 64 characters of `text`, so that hostile input can't fill a log. */
export function refuse<Code extends string>(
  code: Code,
  text: string,
  reason: string,
): E.Either<ParseError<Code>, never> {
  return E.left({ code, text: shorten(text), reason })
}

/** `text` itself up to 64 characters; of a longer one the beginning and an ellipsis. */
export function shorten(text: string): string {
  return text.length <= QUOTED_CHARACTERS ? text : `${text.slice(0, QUOTED_CHARACTERS)}…`
}

/**
 * Unwraps the parse of a literal in code or tests; throws a `TypeError` with the reason, because a wrong literal is a
 * mistake in the program. Input from outside goes through the parser itself.
 */
export function literal<A>(parsed: E.Either<ParseError<string>, A>): A {
  if (E.isRight(parsed)) return parsed.right
  throw new TypeError(`${JSON.stringify(parsed.left.text)}: ${parsed.left.reason}`)
}
