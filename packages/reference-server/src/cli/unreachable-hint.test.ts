import { expect, test } from 'vitest'
import { unreachableHint, withoutAdviceOfNode } from './unreachable-hint.js'

const secure = 'https://mesh.example.org:7400'

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', secure, '--ca ca.pem'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', secure, '--ca ca.pem'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', secure, 'a name that its certificate has'],
  ['CERT_HAS_EXPIRED', secure, 'out of date'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', secure, 'http:// instead'],
  ['ECONNRESET', 'http://mesh.example.org:7400', 'https:// instead'],
  ['ECONNRESET', 'http://127.0.0.1:7400', 'start it again'],
  ['ECONNRESET', secure, 'meshfold serve'],
  ['ECONNREFUSED', secure, 'meshfold serve'],
  [undefined, 'unix:/run/meshfold.sock', 'meshfold serve'],
])('the way out of %s', (code, url, words) => {
  expect(unreachableHint(code, url)).toContain(words)
})

test('what Node says of its own options is left out', () => {
  const said = 'unable to verify the first certificate'
  expect(
    withoutAdviceOfNode(`${said}; if the root CA is installed locally, try running Node.js with --use-system-ca`),
  ).toBe(said)
  expect(withoutAdviceOfNode(said)).toBe(said)
})
