/**
 * A quick way to say yes. io-ts keeps a list of where it is for the errors that it may have to tell, which takes most of its time; a log
 * of a million events has none. What a codec's check takes, the codec takes, and leaves as it is; about anything else ask the codec.
 */
import * as t from 'io-ts'

/** Whether the codec that it was made of takes a value and leaves it as it is. `false` says nothing. */
export type UnchangedCheck = (u: unknown) => boolean

const told = new WeakMap<t.Mixed, UnchangedCheck>()
const made = new WeakMap<object, UnchangedCheck>()

/** Tells how a codec made by hand is checked; a check may say no where the codec says yes, never the other way round. Returns the codec. */
export const checkedBy = <C extends t.Mixed>(codec: C, check: UnchangedCheck): C => {
  told.set(codec, check)
  return codec
}

/** For a codec made by hand that takes exactly what its `is` says, and changes none of it. Returns the codec. */
export const checkedByIs = <C extends t.Mixed>(codec: C): C => checkedBy(codec, codec.is)

/** The check of a codec, by its structure; one that nothing is known of checks nothing. */
export const unchangedCheck = (codec: object): UnchangedCheck => {
  const known = made.get(codec)
  if (known !== undefined) return known
  const fresh = told.get(codec as t.Mixed) ?? checkByStructure(codec as Structure)
  made.set(codec, fresh)
  return fresh
}

/** Whether a value is an object with these fields, each of which its codec takes as it is, and no others. */
export const onlyFieldsCheck = (props: t.Props): UnchangedCheck => {
  const hasFields = fieldsCheck(props)
  const wanted = Object.keys(props).length
  return (u) => {
    if (!hasFields(u)) return false
    let fields = 0
    for (const _field in u as object) fields += 1
    return fields === wanted
  }
}

/** io-ts's own kinds of codecs, as far as events and their envelopes are made of them. */
interface Structure {
  readonly _tag?: string
  readonly value?: unknown
  readonly keys?: object
  readonly type?: Structure
  readonly types?: readonly Structure[]
  readonly props?: t.Props
}

const checkByStructure = (codec: Structure): UnchangedCheck => {
  const check = Object.hasOwn(checks, codec._tag ?? '') ? checks[codec._tag as keyof typeof checks] : undefined
  return check === undefined ? nothing : check(codec)
}

const nothing: UnchangedCheck = () => false
const leaf = (codec: Structure): UnchangedCheck => (codec as t.Mixed).is

const checks = {
  StringType: leaf,
  NumberType: leaf,
  BooleanType: leaf,
  NullType: leaf,
  LiteralType: leaf,
  KeyofType: leaf,
  AnyDictionaryType: leaf,
  ArrayType: ({ type }: Structure) => itemsCheck(type),
  ReadonlyArrayType: ({ type }: Structure) => itemsCheck(type),
  InterfaceType: ({ props }: Structure) => (props === undefined ? nothing : fieldsCheck(props)),
  /** Takes other fields out, where there are some. */
  ExactType: ({ type }: Structure) =>
    type?._tag === 'InterfaceType' && type.props !== undefined ? onlyFieldsCheck(type.props) : nothing,
  /** The first member that takes a value may change it: only where none changes anything it doesn't matter which that is. */
  UnionType: ({ types = [] }: Structure) => {
    const members = types.map((type) => (changeless.has(type._tag ?? '') ? unchangedCheck(type) : nothing))
    return members.includes(nothing) ? nothing : (u: unknown) => members.some((check) => check(u))
  },
} satisfies Record<string, (codec: Structure) => UnchangedCheck>

const changeless: ReadonlySet<string> = new Set(['StringType', 'NumberType', 'BooleanType', 'NullType', 'LiteralType'])

/** Whether a value is a list each item of which the codec takes as it is. */
export const itemsCheck = (item: object | undefined): UnchangedCheck => {
  const check = item === undefined ? nothing : unchangedCheck(item)
  return (u) => {
    if (!Array.isArray(u)) return false
    for (let at = 0; at < u.length; at += 1) if (!check(u[at])) return false
    return true
  }
}

/** A field that isn't there says no: io-ts would put it in, if its codec takes `undefined`. */
const fieldsCheck = (props: t.Props): UnchangedCheck => {
  const names = Object.keys(props)
  const fieldChecks = Object.values(props).map(unchangedCheck)
  return (u) => {
    if (!t.UnknownRecord.is(u)) return false
    for (let at = 0; at < names.length; at += 1) {
      const field = u[names[at] as string]
      if (field === undefined || !(fieldChecks[at] as UnchangedCheck)(field)) return false
    }
    return true
  }
}
