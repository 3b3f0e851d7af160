/**
 * Keeps the documentation true. What it shows of code, of a program's output or of a table in the code is copied from there, and
 * this compares every copy with its source; it looks at links and names of environment variables too.
 *
 * `node tools/docs.mjs` says what is stale and fails; `--write` copies anew. Needs a build: `--help` comes from the programs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokenLinks } from './docs/broken-links.mjs'
import { environmentComplaints } from './docs/environment-variables.mjs'
import { generators } from './docs/generators.mjs'
import { refreshMarkdown } from './docs/refresh-markdown.mjs'
import { rowsToCome, ruleComplaints } from './docs/rules/rule-table.mjs'
import { typeErrors } from './docs/type-errors.mjs'
import { unlisted } from './docs/unlisted.mjs'
import { root } from './toolchain.mjs'

const write = process.argv.includes('--write')

/** Tracked, or new and not ignored. */
const pages = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
  .toString('utf8')
  .split('\0')
  .filter((page) => page !== '' && existsSync(join(root, page)))

/** @type {string[]} */
const complaints = []
/** @type {{ page: string, text: string }[]} */
const freshPages = []
for (const page of pages) {
  const file = join(root, page)
  const text = readFileSync(file, 'utf8')
  const { text: fresh, complaints: found } = await refreshMarkdown(text, generators)
  complaints.push(...found.map((complaint) => `${page}: ${complaint}`))
  if (fresh !== text && write) writeFileSync(file, fresh)
  if (fresh !== text && !write) complaints.push(`${page} is stale: npm run pnpm -- docs:write`)
  complaints.push(...brokenLinks(page, fresh).map((link) => `${page}: the link ${link} leads nowhere`))
  freshPages.push({ page, text: fresh })
}
complaints.push(
  ...unlisted(freshPages),
  ...typeErrors(freshPages),
  ...environmentComplaints(),
  ...(await ruleComplaints()),
)

for (const complaint of complaints) console.error(complaint)
if (rowsToCome.length > 0) console.log(`rows of the rule book that are still to come: ${rowsToCome.join(' ')}`)
process.exitCode = complaints.length === 0 ? 0 : 1
