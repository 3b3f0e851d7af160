/** Events of enrolment keys and joining with them: a line in each table for each of them. */
import {
  type EnrollmentKeyCreated,
  enrollmentKeyCreatedCodec,
  evolveEnrollmentKeyCreated,
} from '../events/enrollment-key-created.js'
import {
  type EnrollmentKeyRevoked,
  enrollmentKeyRevokedCodec,
  evolveEnrollmentKeyRevoked,
} from '../events/enrollment-key-revoked.js'
import {
  type EnrollmentKeyUsed,
  enrollmentKeyUsedCodec,
  evolveEnrollmentKeyUsed,
} from '../events/enrollment-key-used.js'
import type { EventTables } from './event-tables.js'

export type EnrollmentEvent = EnrollmentKeyCreated | EnrollmentKeyRevoked | EnrollmentKeyUsed

export const enrollmentEvents: EventTables<EnrollmentEvent> = {
  recipes: {
    EnrollmentKeyCreated: evolveEnrollmentKeyCreated,
    EnrollmentKeyRevoked: evolveEnrollmentKeyRevoked,
    EnrollmentKeyUsed: evolveEnrollmentKeyUsed,
  },
  codecs: {
    EnrollmentKeyCreated: enrollmentKeyCreatedCodec,
    EnrollmentKeyRevoked: enrollmentKeyRevokedCodec,
    EnrollmentKeyUsed: enrollmentKeyUsedCodec,
  },
  versions: {
    EnrollmentKeyCreated: 2,
    EnrollmentKeyRevoked: 1,
    EnrollmentKeyUsed: 1,
  },
}
