import {
  type AgentMessage,
  agentMessageCodec,
  decodeWith,
  hostCapabilities,
  mostObservations,
  type ReportedObservation,
  udpEndpointCodec,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** A message, and what was left out of it. */
export interface DecodedAgentMessage {
  readonly message: AgentMessage
  /** What stood among a report's endpoints and is none. */
  readonly leftOut: readonly string[]
}

/** An agent's message from its text, or why it is none, in English. Never throws. */
export const decodeAgentMessage = (text: string): E.Either<string, DecodedAgentMessage> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return E.left('the message is not JSON')
  }
  const { message, leftOut } = withKnownEndpoints(withKnownCapabilities(withKnownObservations(json)))
  const decoded = decodeWith(agentMessageCodec, message)
  if (E.isRight(decoded)) return E.right({ message: decoded.right, leftOut })
  return E.left(`the message is not one of the protocol: ${decoded.left.message}`)
}

/** Endpoints that are none, or of a form that this server never heard of, are left out as long as others are left. */
const withKnownEndpoints = (json: unknown): { readonly message: unknown; readonly leftOut: readonly string[] } => {
  const asItIs = { message: json, leftOut: [] }
  if (!isRecord(json) || json.type !== 'report' || !isRecord(json.report)) return asItIs
  const { endpoints } = json.report
  if (!Array.isArray(endpoints) || endpoints.length > 64) return asItIs
  const bad = endpoints.filter(isUnknownEndpoint)
  if (bad.length === 0 || bad.length === endpoints.length) return asItIs
  const known = endpoints.filter((candidate) => !isUnknownEndpoint(candidate))
  return {
    message: { ...json, report: { ...json.report, endpoints: known } },
    leftOut: bad.map(({ endpoint }) => endpoint.slice(0, 64)),
  }
}

const isUnknownEndpoint = (candidate: unknown): candidate is { readonly endpoint: string } =>
  isRecord(candidate) && typeof candidate.endpoint === 'string' && E.isLeft(udpEndpointCodec.decode(candidate.endpoint))

/** A newer agent may have capabilities that this server never heard of: they are left out, not refused. */
const withKnownCapabilities = (json: unknown): unknown => {
  if (!isRecord(json) || json.type !== 'report' || !isRecord(json.report)) return json
  const { capabilities } = json.report
  if (!Array.isArray(capabilities) || capabilities.length > 64) return json
  const known = capabilities.filter((name) => typeof name !== 'string' || knownNames.has(name))
  return { ...json, report: { ...json.report, capabilities: known } }
}

/** A newer agent may see things that this server never heard of. */
const withKnownObservations = (json: unknown): unknown => {
  if (!isRecord(json) || json.type !== 'observations' || !Array.isArray(json.observations)) return json
  if (json.observations.length > mostObservations) return json
  const known = json.observations.filter(
    (each) => !isRecord(each) || typeof each.type !== 'string' || isKnown(each.type),
  )
  return { ...json, observations: known }
}

const reportedObservationTypes: { readonly [T in ReportedObservation['type']]: null } = {
  'vector-told': null,
  'gateways-measured': null,
  'pair-unreachable': null,
  'relays-probed': null,
  'pair-moved': null,
  'pair-direct': null,
  'ranges-served': null,
  'endpoints-reached': null,
}
const isKnown = (type: string): boolean => Object.hasOwn(reportedObservationTypes, type)

const knownNames: ReadonlySet<string> = new Set(hostCapabilities)

const isRecord = (u: unknown): u is Record<string, unknown> => typeof u === 'object' && u !== null && !Array.isArray(u)
