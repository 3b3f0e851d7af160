import type { Brand } from './brand.js'
import type { ParseError } from './parse-error.js'
import { textKind } from './text-kind.js'

/** Why a text is no name. */
export type NameParseError = ParseError<'name-invalid'>

/** A network's name, a DNS label of at most 32 characters: it becomes part of its nodes' names. */
export type NetworkName = string & Brand<'NetworkName'>

/** A host's name: a DNS label (RFC 1123 §2.1) in lower case. */
export type HostName = string & Brand<'HostName'>

/** Parser (`name-invalid`), guard and literal constructor (throws a `TypeError`) of {@link NetworkName}. */
export const {
  parse: parseNetworkName,
  is: isNetworkName,
  literal: networkName,
} = textKind<NetworkName, 'name-invalid'>(
  'name-invalid',
  /^(?!-)[a-z0-9-]{1,32}(?<!-)$/,
  "a network name has 1 to 32 of a-z, 0-9 and '-', and no '-' at either end",
)

/** Parser (`name-invalid`), guard and literal constructor (throws a `TypeError`) of {@link HostName}. */
export const {
  parse: parseHostName,
  is: isHostName,
  literal: hostName,
} = textKind<HostName, 'name-invalid'>(
  'name-invalid',
  /^(?!-)[a-z0-9-]{1,63}(?<!-)$/,
  "a host name has 1 to 63 of a-z, 0-9 and '-', and no '-' at either end",
)

/** A label that nodes and clients carry and policies ask for. */
export type TagName = string & Brand<'TagName'>

/** Parser (`name-invalid`), guard and literal constructor (throws a `TypeError`) of {@link TagName}. */
export const {
  parse: parseTagName,
  is: isTagName,
  literal: tagName,
} = textKind<TagName, 'name-invalid'>(
  'name-invalid',
  /^(?![-.])[a-z0-9.-]{1,63}(?<![-.])$/,
  "a tag has 1 to 63 of a-z, 0-9, '-' and '.', and neither '-' nor '.' at either end",
)
