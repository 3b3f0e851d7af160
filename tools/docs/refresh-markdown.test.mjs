import { describe, expect, test } from 'vitest'
import { refreshMarkdown, regionOf } from './refresh-markdown.mjs'

const generators = {
  file: async (/** @type {string} */ source) => `// from ${source}\n\n`,
  help: async (/** @type {string} */ command) => {
    if (command === 'gone') throw new Error('no such program')
    return `usage: ${command}`
  },
}

describe('refreshMarkdown', () => {
  test('copies into a code block that names its source', async () => {
    const { text, complaints } = await refreshMarkdown('a\n```ts file=x.ts#r\nold\n```\nb\n', generators)
    expect(text).toBe('a\n```ts file=x.ts#r\n// from x.ts#r\n```\nb\n')
    expect(complaints).toEqual([])
  })

  test('copies between the marks, with arguments of several words', async () => {
    const { text } = await refreshMarkdown('<!-- generated: help a b -->\nold\n<!-- /generated -->\n', generators)
    expect(text).toBe('<!-- generated: help a b -->\nusage: a b\n<!-- /generated -->\n')
  })

  test('changes nothing the second time', async () => {
    const page = 'a\n```ts file=x\n```\n<!-- generated: help a -->\n<!-- /generated -->\n'
    const { text: once } = await refreshMarkdown(page, generators)
    expect((await refreshMarkdown(once, generators)).text).toBe(once)
  })

  test('leaves other blocks alone', async () => {
    const page = '```sh\nls\n```\n```ts\nlet a\n```\n'
    expect(await refreshMarkdown(page, generators)).toEqual({ text: page, complaints: [] })
  })

  test('keeps what it had and says why when a source is gone', async () => {
    const page = '<!-- generated: help gone -->\nold\n<!-- /generated -->\n'
    expect(await refreshMarkdown(page, generators)).toEqual({ text: page, complaints: ['help gone: no such program'] })
  })
})

describe('regionOf', () => {
  const source = 'import x\n  // #region a\n  if (y) {\n\n    z\n  }\n  // #endregion\n'

  test('takes the lines of the region and moves them to the left', () => {
    expect(regionOf(source, 'a')).toBe('if (y) {\n\n  z\n}')
  })

  test('refuses a region that is not there', () => {
    expect(() => regionOf(source, 'b')).toThrow('there is no region b')
  })
})
