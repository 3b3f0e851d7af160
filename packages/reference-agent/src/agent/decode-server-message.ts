import { decodeWith, type ServerMessage, serverMessageCodec } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** A server's message from its text, or why it is none. Never throws. */
export function decodeServerMessage(text: string): E.Either<string, ServerMessage> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return E.left('the message is not JSON')
  }
  const decoded = decodeWith(serverMessageCodec, json)
  return E.isLeft(decoded) ? E.left(`the message is not one of the protocol: ${decoded.left.message}`) : decoded
}
