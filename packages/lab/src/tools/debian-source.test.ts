import { expect, test } from 'vitest'
import { findDebianSource } from './debian-source.js'

const paragraphs = `Types: deb
# a comment
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg
`

test('paragraphs', () => {
  expect(findDebianSource([paragraphs], 'bookworm')).toEqual({
    uri: 'http://mirror.example/debian',
    signedBy: '/usr/share/keyrings/debian.gpg',
  })
})

test('lines, with and without options', () => {
  const lines =
    '# deb http://old.example bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror.example bookworm main\n'
  expect(findDebianSource([lines], 'bookworm')).toEqual({ uri: 'http://mirror.example', signedBy: '/k.gpg' })
  expect(findDebianSource(['deb http://mirror.example bookworm main'], 'bookworm')?.signedBy).toBeUndefined()
})

test('another release is no source', () => {
  expect(findDebianSource([paragraphs], 'trixie')).toBeUndefined()
})
