import { type AgentMessage, agentMessageCodec, decodeWith, hostCapabilities } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** An agent's message from its text, or why it is none, in English. Never throws. */
export const decodeAgentMessage = (text: string): E.Either<string, AgentMessage> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return E.left('the message is not JSON')
  }
  const decoded = decodeWith(agentMessageCodec, withKnownCapabilities(json))
  return E.isLeft(decoded) ? E.left(`the message is not one of the protocol: ${decoded.left.message}`) : decoded
}

/** A newer agent may have capabilities that this server never heard of: they are left out, not refused. */
const withKnownCapabilities = (json: unknown): unknown => {
  if (!isRecord(json) || json.type !== 'report' || !isRecord(json.report)) return json
  const { capabilities } = json.report
  if (!Array.isArray(capabilities) || capabilities.length > 64) return json
  const known = capabilities.filter((name) => typeof name !== 'string' || knownNames.has(name))
  return { ...json, report: { ...json.report, capabilities: known } }
}

const knownNames: ReadonlySet<string> = new Set(hostCapabilities)

const isRecord = (u: unknown): u is Record<string, unknown> => typeof u === 'object' && u !== null && !Array.isArray(u)
