/** Commands about enrolment keys and joining with them: a line in each table for each of them. */
import {
  type CreateEnrollmentKey,
  createEnrollmentKeyCodec,
  decideCreateEnrollmentKey,
} from '../create-enrollment-key.js'
import { decideEnrollHost, type EnrollHost, enrollHostCodec } from '../enroll-host.js'
import {
  decideRevokeEnrollmentKey,
  type RevokeEnrollmentKey,
  revokeEnrollmentKeyCodec,
} from '../revoke-enrollment-key.js'
import {
  decideUpdateEnrollmentKey,
  type UpdateEnrollmentKey,
  updateEnrollmentKeyCodec,
} from '../update-enrollment-key.js'
import type { CommandTables } from './command-tables.js'

/** Commands about enrolment keys and joining with them. */
export type EnrollmentCommand = CreateEnrollmentKey | EnrollHost | RevokeEnrollmentKey | UpdateEnrollmentKey

export const enrollmentCommands: CommandTables<EnrollmentCommand> = {
  codecs: {
    CreateEnrollmentKey: createEnrollmentKeyCodec,
    EnrollHost: enrollHostCodec,
    RevokeEnrollmentKey: revokeEnrollmentKeyCodec,
    UpdateEnrollmentKey: updateEnrollmentKeyCodec,
  },
  rules: {
    CreateEnrollmentKey: decideCreateEnrollmentKey,
    EnrollHost: decideEnrollHost,
    RevokeEnrollmentKey: decideRevokeEnrollmentKey,
    UpdateEnrollmentKey: decideUpdateEnrollmentKey,
  },
}
