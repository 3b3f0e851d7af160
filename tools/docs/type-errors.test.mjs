import { expect, test } from 'vitest'
import { typeErrors } from './type-errors.mjs'

test('compiles blocks beside their page, with what a comment before them declares', () => {
  const text = `# A page
<!-- ts: import type { EventLog } from '@meshfold/core'
declare const log: EventLog -->
\`\`\`ts
await log.close()
\`\`\`
\`\`\`ts
const answer: number = 42

await log.close()
\`\`\`
\`\`\`ts file=not-mine
nonsense
\`\`\`
`
  expect(typeErrors([{ page: 'docs/page.md', text }])).toEqual(["docs/page.md:10 Cannot find name 'log'."])
}, 30_000)
