import type { EnrollmentProofError } from '@meshfold/core'
import type { ApiError } from '../http/api-error.js'

type Code = EnrollmentProofError['code'] | 'host-gone'

/** Why a proof was not taken. */
export const enrollmentError = (code: Code): ApiError => ({ code, ...answers[code] })

export const meshNotReady: ApiError = {
  status: 503,
  code: 'mesh-not-ready',
  message: 'The mesh is not set up yet. Try again in a moment.',
}

const answers: { readonly [C in Code]: Omit<ApiError, 'code'> } = {
  'challenge-unknown': {
    status: 404,
    message: 'This server gave out no such challenge, or forgot it. Ask for a new one and prove again.',
  },
  'challenge-expired': { status: 410, message: 'The challenge has expired. Ask for a new one and prove again.' },
  'wireguard-key-not-proven': {
    status: 403,
    message: 'The machine did not prove that it holds the WireGuard private key. Nothing was enrolled.',
  },
  'identity-key-not-proven': {
    status: 403,
    message: 'The machine did not prove that it holds the identity private key. Nothing was enrolled.',
  },
  'secret-unreadable': {
    status: 400,
    message: 'The sealed secret can not be opened. Ask for a new challenge and prove again.',
  },
  'host-gone': { status: 409, message: 'The host was removed while it enrolled. Make new keys and enrol again.' },
}
