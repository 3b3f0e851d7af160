import { agentMessageCodec, decodeWith, type ReconcileError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { describeReconcileError } from './describe-failure.js'

/** Of a machine whose /etc/ld.so.preload names what is not there, each program says so, on a line of its own. */
const reasons = ['ERROR: ld.so: ignored.\nsh: not permitted\n', '\u001b[31mno\u001b[0m', 'a\u2028b', '\u202eno']

test.each(reasons)('whatever a program says, a server takes what is told of it: %j', (reason) => {
  const cause = { code: 'host-refused', action: 'bring-up', reason } as const
  const error: ReconcileError = { code: 'observe-failed', cause, executed: [] }
  const detail = describeReconcileError(error)
  const ack = { type: 'ack', asOf: { epoch: 1, revision: 1 }, outcome: 'failed', detail }
  expect(E.isRight(decodeWith(agentMessageCodec, ack))).toBe(true)
})
