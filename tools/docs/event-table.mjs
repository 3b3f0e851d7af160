import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../toolchain.mjs'

const mesh = join(root, 'packages', 'core', 'src', 'mesh')
/** A test asks for a fixture of each version of each event, and that the newest is what is written today. */
const fixtures = join(root, 'packages', 'core', 'fixtures', 'events')

/** Every type of event with the comment on it, its fields and its schema version, as a Markdown table. */
export function eventTable() {
  const meanings = new Map(
    readdirSync(join(mesh, 'events'))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => meaningIn(join(mesh, 'events', file))),
  )
  const types = readdirSync(fixtures).sort()
  const missing = types.filter((type) => !meanings.has(type))
  if (missing.length > 0) throw new Error(`no file in events/ describes ${missing.join(', ')}`)
  const rows = types.map((type) => {
    const version = readdirSync(join(fixtures, type)).length
    const carries = fieldsOf(type, version)
      .map((field) => `\`${field}\``)
      .join(', ')
    return `| \`${type}\` | ${meanings.get(type)} | ${carries} | ${version} |`
  })
  return ['| event | what happened | carries | version |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** @param {string} type @param {number} version */
function fieldsOf(type, version) {
  const { data } = JSON.parse(readFileSync(join(fixtures, type, `v${version}.json`), 'utf8'))
  return Object.keys(data).filter((name) => name !== 'atEpochMs')
}

/** @param {string} file @returns {readonly [type: string, meaning: string]} */
function meaningIn(file) {
  for (const statement of parse(file).statements) {
    if (!ts.isTypeAliasDeclaration(statement) || !statement.type.getText().startsWith('t.TypeOf<')) continue
    return [statement.name.text, commentOn(statement)]
  }
  throw new Error(`${file} holds no type of an event`)
}

/** @param {ts.Statement} statement */
function commentOn(statement) {
  const [comment] = ts.getJSDocCommentsAndTags(statement)
  const text = comment && ts.getTextOfJSDocComment(comment.comment)
  if (!text) throw new Error(`${statement.getSourceFile().fileName}: the type has no comment`)
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
}

/** @param {string} file */
const parse = (file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
