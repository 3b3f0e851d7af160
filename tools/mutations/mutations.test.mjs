import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../toolchain.mjs'
import { brokenText } from './broken-text.mjs'
import { missingOnPage, mutationPage, pagePath } from './mutation-page.mjs'
import { mutations } from './mutations.mjs'
import { folderOf } from './scratch-copy.mjs'
import { misfit } from './try-mutations.mjs'

const again = 'npm run pnpm -- mutation-check --write'

describe('breaks', () => {
  test('each still fits the text that it breaks', () => {
    const misfits = mutations.map((mutation) => misfit(mutation)).filter((reason) => reason !== undefined)
    expect(misfits).toEqual([])
  })

  test('each names tests that there are', () => {
    const files = globSync('packages/*/{src,test}/**/*.test.ts', { cwd: root })
    const named = mutations.flatMap((mutation) => mutation.tests.map((test) => `${folderOf(mutation)}/${test}`))
    expect(named.filter((start) => !files.some((file) => file.startsWith(start)))).toEqual([])
  })

  test('each has a name of its own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
  })

  test(`each was tried, and the page tells what caught it: ${again}`, () => {
    const page = existsSync(join(root, pagePath)) ? readFileSync(join(root, pagePath), 'utf8') : ''
    expect(missingOnPage(page, mutations)).toEqual([])
    expect(page).toBe(mutationPage(page, [], mutations))
    expect(page).not.toContain('**nothing**')
  })
})

describe('a break', () => {
  const mutation = { file: 'a.ts', find: 'b + c', replace: 'b - $&' }

  test('is put in as it stands', () => expect(brokenText('a = b + c', mutation)).toBe('a = b - $&'))

  test.each([
    ['is gone', 'a = c + b', mutation],
    ['is there twice', 'a = b + c + b + c', mutation],
    ['is what it would be replaced with', 'a = b + c', { ...mutation, replace: 'b + c' }],
  ])('does not fit where the text %s', (_, text, broken) => {
    expect(brokenText(text, broken)).toHaveProperty('trouble')
  })
})

describe('the page', () => {
  const breakOf = (/** @type {string} */ name) => ({
    area: 'nat',
    name,
    file: 'src/a.ts',
    find: 'a',
    replace: 'b',
    tests: [],
  })
  const [one, other] = [breakOf('one'), breakOf('other')]
  const caughtBy = { file: 'packages/core/src/a.test.ts', test: 'E2 a | b' }

  test('keeps what it said of those that were not tried now, and forgets those that are gone', () => {
    const all = [one, other]
    const page = mutationPage(
      '',
      all.map((mutation) => ({ mutation, caughtBy, seconds: 1 })),
      all,
    )
    expect(page).toContain('| one (`a.ts`) | E2 a \\| b (`a.test.ts`) |\n| other (`a.ts`) |')
    expect(mutationPage(page, [], all)).toBe(page)
    const later = mutationPage(page, [{ mutation: one, trouble: 'SURVIVED', seconds: 1 }], [one])
    expect(later).toContain('| one (`a.ts`) | **nothing**: SURVIVED |')
    expect(missingOnPage(later, all)).toEqual(['nat: other'])
  })
})
