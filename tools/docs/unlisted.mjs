import { dirname, join, relative } from 'node:path'

const index = 'docs/README.md'

/**
 * Pages of the documentation, and examples, that its index doesn't lead to: by themselves, or by the folder they are in.
 * @param {readonly { readonly page: string, readonly text: string }[]} pages from the root
 * @returns {readonly string[]}
 */
export function unlisted(pages) {
  const text = pages.find(({ page }) => page === index)?.text ?? ''
  const listed = new Set([...text.matchAll(/\]\(([^()\s#]+)/g)].map(([, target = '']) => join(dirname(index), target)))
  return pages
    .map(({ page }) => page)
    .filter((page) => page !== index && /^(docs|examples)\//.test(page))
    .filter((page) => !listed.has(page) && !listed.has(dirname(page)))
    .map((page) => `${index} doesn't lead to ${relative(dirname(index), page)}: add it to its row`)
}
