import {
  ENROLLMENT_CLAIMS_MAX_CHARACTERS,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

/** A character of the claims takes up to six bytes once it is escaped; the rest of a proof is small. */
const PROOF_LIMIT_BYTES = 6 * ENROLLMENT_CLAIMS_MAX_CHARACTERS + 4096

/** Open to everybody: what is sealed and signed here needs no other protection, not even TLS. */
export const enrollmentRoutes = ({ desk, metrics }: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'POST',
    path: '/api/v1/enrollment/challenge',
    access: 'open',
    summary: 'Step 1 of joining: a challenge, signed by the server',
    body: enrollmentRequestCodec,
    bodyLimitBytes: 4096,
    answer: enrollmentChallengeCodec,
    handle: ({ body }, { context }) => desk.challenge(body, context.source ?? 'unknown'),
  }),
  jsonRoute({
    method: 'POST',
    path: '/api/v1/enrollment/proof',
    access: 'open',
    summary: 'Step 2 of joining: the proofs and the sealed secret; the answer is signed by the server',
    body: enrollmentProofCodec,
    bodyLimitBytes: PROOF_LIMIT_BYTES,
    answer: enrollmentAnswerCodec,
    handle: async ({ body }, { context }) => {
      const answer = await desk.prove(body, context.source)
      metrics.enrolled(E.isLeft(answer) ? answer.left.code : 'enrolled')
      return answer
    },
  }),
]
