import { commandIdCodec, type FieldOutline, meshCommandCodec } from '@meshfold/core'
import * as t from 'io-ts'
import { describe, schemaOf } from './json-schema.js'
import { isKnownToServer } from './known-to-server.js'

/** `POST /commands`: any command of the domain. Ids and time are filled in where they are missing. */
export const commandBody: t.Type<Readonly<Record<string, unknown>>, unknown, unknown> = describe(
  new t.Type<Readonly<Record<string, unknown>>, unknown, unknown>(
    'a command',
    (u): u is Record<string, unknown> => typeof u === 'object' && u !== null && !Array.isArray(u),
    (u, c) => (typeof u === 'object' && u !== null && !Array.isArray(u) ? t.success({ ...u }) : t.failure(u, c)),
    t.identity,
  ),
  schemaOf(meshCommandCodec),
)

/** What became of a command; no events: it was already so. */
export const commandAnswer = t.readonly(
  t.strict({ commandId: commandIdCodec, revision: t.number, events: t.readonlyArray(t.UnknownRecord) }),
)

/** Whether a command can't be given without this field. */
export const mustBeGiven = ({ name, isRequired, isFresh }: FieldOutline): boolean =>
  isRequired && !isFresh && !isKnownToServer(name)
