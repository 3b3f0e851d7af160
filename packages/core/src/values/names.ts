import type { Brand } from './brand.js'
import type { ParseError } from './parse-error.js'
import { textKind } from './text-kind.js'

/** Why a text is no name. */
export type NameParseError = ParseError<'name-invalid'>

/** A network's name, a DNS label of at most 32 characters: it becomes part of its nodes' names. */
export type NetworkName = string & Brand<'NetworkName'>

/** A host's name: a DNS label (RFC 1123 §2.1) in lower case. */
export type HostName = string & Brand<'HostName'>

export const {
  /** Reads a {@link NetworkName}: the text, or `name-invalid`. */
  parse: parseNetworkName,
  /** Whether it is a {@link NetworkName}. */
  is: isNetworkName,
  /** A {@link NetworkName} of a literal; throws a `TypeError` when it is none. */
  literal: networkName,
} = textKind<NetworkName, 'name-invalid'>(
  'name-invalid',
  /^(?!-)[a-z0-9-]{1,32}(?<!-)$/,
  "a network name has 1 to 32 of a-z, 0-9 and '-', and no '-' at either end",
)

export const {
  /** Reads a {@link HostName}: the text, or `name-invalid`. */
  parse: parseHostName,
  /** Whether it is a {@link HostName}. */
  is: isHostName,
  /** A {@link HostName} of a literal; throws a `TypeError` when it is none. */
  literal: hostName,
} = textKind<HostName, 'name-invalid'>(
  'name-invalid',
  /^(?!-)[a-z0-9-]{1,63}(?<!-)$/,
  "a host name has 1 to 63 of a-z, 0-9 and '-', and no '-' at either end",
)

/** A label that nodes and clients carry and policies ask for. */
export type TagName = string & Brand<'TagName'>

export const {
  /** Reads a {@link TagName}: the text, or `name-invalid`. */
  parse: parseTagName,
  /** Whether it is a {@link TagName}. */
  is: isTagName,
  /** A {@link TagName} of a literal; throws a `TypeError` when it is none. */
  literal: tagName,
} = textKind<TagName, 'name-invalid'>(
  'name-invalid',
  /^(?![-.])[a-z0-9.-]{1,63}(?<![-.])$/,
  "a tag has 1 to 63 of a-z, 0-9, '-' and '.', and neither '-' nor '.' at either end",
)
