import * as E from 'fp-ts/lib/Either.js'
import { literal, type ParseError, refuse } from './parse-error.js'

/** The parser, guard and literal constructor of one kind of text that has a single spelling. */
export interface TextKind<Text extends string, Code extends string> {
  /** Returns the text unchanged, or why it isn't one. */
  readonly parse: (text: string) => E.Either<ParseError<Code>, Text>
  readonly is: (u: unknown) => u is Text
  /** For literals in code or tests: throws a `TypeError` when the text isn't one. */
  readonly literal: (text: string) => Text
}

/** Makes the functions of a kind from its pattern, which must match in linear time; `rule` is the reason of a refusal. */
export function textKind<Text extends string, Code extends string>(
  code: Code,
  pattern: RegExp,
  rule: string,
): TextKind<Text, Code> {
  const is = (u: unknown): u is Text => typeof u === 'string' && pattern.test(u)
  const parse = (text: string): E.Either<ParseError<Code>, Text> =>
    is(text) ? E.right(text) : refuse(code, text, rule)
  return { is, parse, literal: (text) => literal(parse(text)) }
}
