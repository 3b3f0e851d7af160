import { expect, test } from 'vitest'
import { waitUntil } from './wait-until.js'

test('what does not come is told, with what is missing at the end', async () => {
  const missing = async () => 'h2 has not.'
  await expect(waitUntil('all came', () => false, { limitMs: 1, missing })).rejects.toThrow(
    /^Not within .* s: all came\. h2 has not\.$/,
  )
  await expect(waitUntil('all came', () => undefined, { limitMs: 1 })).rejects.toThrow(/ s: all came\.$/)
})

test('an error of the look passes through', async () => {
  const look = () => Promise.reject(new Error('gone'))
  await expect(waitUntil('all came', look)).rejects.toThrow('gone')
})
