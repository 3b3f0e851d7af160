import { describeMeshError, type MeshError, type MeshErrorCode } from '@meshfold/core'
import { describeServiceError, isServiceError, type ServiceError } from '../mesh-service/command-answer.js'

/** A refusal on its way to whoever asked: a status of HTTP, a code for programs, a sentence with the way out for people. */
export interface ApiError {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** What a refused or failed command is to a client. */
export const apiErrorOf = (error: MeshError | ServiceError): ApiError =>
  isServiceError(error)
    ? { status: serviceStatus[error.code], code: error.code, message: describeServiceError(error) }
    : { status: meshStatus[error.code], code: error.code, message: describeMeshError(error) }

/** Long ids are not repeated: somebody may have pasted a token. Ours are shorter. */
export const notFound = (what: string, id: string): ApiError => ({
  status: 404,
  code: `${what}-unknown`,
  message: `There is no ${what} ${id.length <= 40 ? id : 'with that id'}. List them to find the right id.`,
})

const serviceStatus: { readonly [C in ServiceError['code']]: number } = {
  'event-log-unavailable': 503,
  'event-log-unreadable': 503,
  'server-stopping': 503,
  'too-many-commands': 503,
  'command-crashed': 500,
}

const [malformed, forbidden, unknown, conflict] = [400, 403, 404, 409]

const meshStatus: { readonly [C in MeshErrorCode]: number } = {
  'command-malformed': malformed,
  'mesh-unknown': conflict,
  'mesh-exists': conflict,
  'range-overlaps': conflict,
  'range-size': malformed,
  'range-not-usable': malformed,
  'range-wrong-family': malformed,
  'control-range-in-use': conflict,
  'network-unknown': unknown,
  'network-id-taken': conflict,
  'network-name-taken': conflict,
  'network-needs-range': malformed,
  'network-used': conflict,
  'network-has-nodes': conflict,
  'network-full': conflict,
  'host-unknown': unknown,
  'host-id-taken': conflict,
  'host-registered': conflict,
  'host-retired': forbidden,
  'host-keys-mismatch': forbidden,
  'host-cannot-isolate-networks': conflict,
  'endpoint-refused': malformed,
  'listen-ports-exhausted': conflict,
  'control-address-outside': malformed,
  'control-address-taken': conflict,
  'control-range-full': conflict,
  'node-unknown': unknown,
  'node-id-taken': conflict,
  'node-ids-missing': malformed,
  'node-name-taken': conflict,
  'host-in-network': conflict,
  'expiry-not-ahead': malformed,
  'node-not-due': conflict,
  'node-not-ephemeral': conflict,
  'node-not-away-long-enough': conflict,
  'address-taken': conflict,
  'address-not-usable': malformed,
  'client-unknown': unknown,
  'client-id-taken': conflict,
  'client-name-taken': conflict,
  'client-gateway-unknown': conflict,
  'client-gateway-elsewhere': conflict,
  'wireguard-key-taken': conflict,
  'client-needs-address': malformed,
  'client-address-unusable': malformed,
  'client-address-taken': conflict,
  'client-prefixes-overlap': malformed,
  'client-script-unfit': malformed,
  'client-script-too-long': malformed,
  'client-is-device': conflict,
  'device-connected': conflict,
  'client-disabled': forbidden,
  'client-gateway-no-endpoint': conflict,
  'client-key-not-held': conflict,
  'client-private-key-malformed': malformed,
  'policy-unknown': unknown,
  'policy-id-taken': conflict,
  'policy-name-taken': conflict,
  'policy-ports-too-many': malformed,
  'selected-unknown': conflict,
  'selected-elsewhere': conflict,
  'policy-test-unknown': unknown,
  'policy-test-id-taken': conflict,
  'policy-test-name-taken': conflict,
  'policy-test-port': malformed,
  'policy-test-address': malformed,
  'policy-test-fails': conflict,
  'policy-test-broken': conflict,
  'enrollment-key-invalid': forbidden,
  'enrollment-key-revoked': forbidden,
  'enrollment-key-used-up': forbidden,
  'enrollment-key-expired': forbidden,
  'enrollment-key-suspended': forbidden,
  'enrollment-key-gateway-unfit': conflict,
  'enrollment-key-unknown': unknown,
  'enrollment-key-id-taken': conflict,
  'enrollment-key-name-taken': conflict,
  'enrollment-key-needs-network': malformed,
  'member-unknown': unknown,
  'too-many-tags': conflict,
  'actor-not-allowed': forbidden,
  'role-above-own': forbidden,
  'user-above-own': forbidden,
  'last-owner': conflict,
  'user-unknown': unknown,
  'user-id-taken': conflict,
  'login-taken': conflict,
  'identity-taken': conflict,
  'role-has-all-networks': malformed,
  'group-unknown': unknown,
  'group-id-taken': conflict,
  'group-name-taken': conflict,
  'group-change-contradicts': malformed,
  'api-token-unknown': unknown,
  'api-token-id-taken': conflict,
  'api-token-secret-taken': conflict,
  'host-is-device': conflict,
}
