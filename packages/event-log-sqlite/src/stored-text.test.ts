import fc from 'fast-check'
import { expect, test } from 'vitest'
import { originalText, storedText } from './stored-text.js'

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) })

test('common names are stored as they are', () => {
  expect(storedText('mesh-01HZ_é🦊')).toBe('mesh-01HZ_é🦊')
})

test('any text comes back, also through UTF-8 and without a nul', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const stored = storedText(text)
      expect(Buffer.from(stored, 'utf8').toString('utf8')).toBe(stored)
      expect(stored).not.toContain('\u0000')
      expect(originalText(stored)).toBe(text)
    }),
  )
})
