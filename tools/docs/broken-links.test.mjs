import { expect, test } from 'vitest'
import { brokenLinks } from './broken-links.mjs'

test('finds links to files and headings that are not there', () => {
  const page = `# The title, in \`code\`
[a](../tools/run.mjs) [b](../tools/nothing.mjs) [c](https://example.invalid/) [d](#the-title-in-code) [e](#nowhere)
[f](..) \`[g](nothing)\`
\`\`\`md
[h](nothing)
\`\`\`
`
  expect(brokenLinks('docs/page.md', page)).toEqual(['../tools/nothing.mjs', '#nowhere'])
})
