/** Events of enrolment keys and joining with them: a line in each table for each of them. */
import {
  type EnrollmentKeyCreated,
  enrollmentKeyCreatedCodec,
  evolveEnrollmentKeyCreated,
} from '../events/enrollment-key-created.js'
import {
  type EnrollmentKeyResumed,
  enrollmentKeyResumedCodec,
  evolveEnrollmentKeyResumed,
} from '../events/enrollment-key-resumed.js'
import {
  type EnrollmentKeyRevoked,
  enrollmentKeyRevokedCodec,
  evolveEnrollmentKeyRevoked,
} from '../events/enrollment-key-revoked.js'
import {
  type EnrollmentKeySuspended,
  enrollmentKeySuspendedCodec,
  evolveEnrollmentKeySuspended,
} from '../events/enrollment-key-suspended.js'
import {
  type EnrollmentKeyUpdated,
  enrollmentKeyUpdatedCodec,
  evolveEnrollmentKeyUpdated,
} from '../events/enrollment-key-updated.js'
import {
  type EnrollmentKeyUsed,
  enrollmentKeyUsedCodec,
  evolveEnrollmentKeyUsed,
} from '../events/enrollment-key-used.js'
import type { EventTables } from './event-tables.js'

/** Events of enrolment keys and joining with them. */
export type EnrollmentEvent =
  | EnrollmentKeyCreated
  | EnrollmentKeyResumed
  | EnrollmentKeyRevoked
  | EnrollmentKeySuspended
  | EnrollmentKeyUpdated
  | EnrollmentKeyUsed

export const enrollmentEvents: EventTables<EnrollmentEvent> = {
  recipes: {
    EnrollmentKeyCreated: evolveEnrollmentKeyCreated,
    EnrollmentKeyResumed: evolveEnrollmentKeyResumed,
    EnrollmentKeyRevoked: evolveEnrollmentKeyRevoked,
    EnrollmentKeySuspended: evolveEnrollmentKeySuspended,
    EnrollmentKeyUpdated: evolveEnrollmentKeyUpdated,
    EnrollmentKeyUsed: evolveEnrollmentKeyUsed,
  },
  codecs: {
    EnrollmentKeyCreated: enrollmentKeyCreatedCodec,
    EnrollmentKeyResumed: enrollmentKeyResumedCodec,
    EnrollmentKeyRevoked: enrollmentKeyRevokedCodec,
    EnrollmentKeySuspended: enrollmentKeySuspendedCodec,
    EnrollmentKeyUpdated: enrollmentKeyUpdatedCodec,
    EnrollmentKeyUsed: enrollmentKeyUsedCodec,
  },
  versions: {
    EnrollmentKeyCreated: 2,
    EnrollmentKeyResumed: 1,
    EnrollmentKeyRevoked: 1,
    EnrollmentKeySuspended: 1,
    EnrollmentKeyUpdated: 1,
    EnrollmentKeyUsed: 1,
  },
}
