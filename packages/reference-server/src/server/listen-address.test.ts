import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { isLocal, parseListenAddress, urlOf } from './listen-address.js'

const read = (text: string) => {
  const address = parseListenAddress(text)
  if (E.isLeft(address)) throw new Error(address.left)
  return address.right
}

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:7400', 'http://127.0.0.1:7400', true],
    ['[::1]:7400', 'http://[::1]:7400', true],
    ['0.0.0.0:80', 'http://127.0.0.1:80', false],
    ['[::]:80', 'http://[::1]:80', false],
    ['192.0.2.7:0', 'http://192.0.2.7:0', false],
    ['unix:/run/meshfold.sock', 'unix:/run/meshfold.sock', true],
  ])('%s is called %s', (text, url, local) => {
    expect(urlOf(read(text), false)).toBe(url)
    expect(isLocal(read(text))).toBe(local)
  })

  it.each([
    '',
    '7400',
    'localhost:7400',
    '127.0.0.1',
    '127.0.0.1:70000',
    '::1:7400',
    '[127.0.0.1]:1',
    'unix:',
    `unix:/${'x'.repeat(200)}`,
  ])('%s is refused with what to write instead', (text) => {
    expect(parseListenAddress(text)).toMatchObject({ left: expect.stringMatching(/^(give|a unix socket)/) })
  })
})
