// Run by tools/packed-install.mjs against the packed package, on the oldest Node it promises.
import assert from 'node:assert/strict'
import { enrollmentRequestCodec, hostCapabilities, supportedCapabilities } from '@meshfold/core'

assert.equal(enrollmentRequestCodec.decode({ nonsense: true })._tag, 'Left')

const everything = /** @type {import('@meshfold/core').DriverCapabilities} */ (
  Object.fromEntries(hostCapabilities.map((capability) => [capability, { supported: true }]))
)
assert.deepEqual(supportedCapabilities(everything), hostCapabilities)
