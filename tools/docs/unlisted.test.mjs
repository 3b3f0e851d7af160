import { expect, test } from 'vitest'
import { unlisted } from './unlisted.mjs'

test('finds pages and examples that the index leads to neither by name nor by folder', () => {
  const pages = [
    {
      page: 'docs/README.md',
      text: '[a](how-to/a.md) [decisions](decisions) [b](../examples/b) [c](reference/c.md#part)',
    },
    ...['docs/how-to/a.md', 'docs/how-to/forgotten.md', 'docs/decisions/d.md', 'docs/reference/c.md'],
    ...['examples/b/README.md', 'examples/forgotten/README.md', 'packages/core/README.md'],
  ].map((page) => (typeof page === 'string' ? { page, text: '' } : page))
  expect(unlisted(pages)).toEqual([
    "docs/README.md doesn't lead to how-to/forgotten.md: add it to its row",
    "docs/README.md doesn't lead to ../examples/forgotten/README.md: add it to its row",
  ])
})
