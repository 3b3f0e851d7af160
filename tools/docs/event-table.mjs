import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../toolchain.mjs'

const mesh = join(root, 'packages', 'core', 'src', 'mesh')

/** @typedef {{ readonly type: string, readonly meaning: string, readonly fields: readonly string[] }} EventDoc */

/** Every type of event with the comment on its codec, its fields and its schema version, as a Markdown table. */
export function eventTable() {
  const docs = readdirSync(join(mesh, 'events'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => eventDocIn(join(mesh, 'events', file)))
  const versions = schemaVersions()
  const missing = [...versions.keys()].filter((type) => !docs.some((doc) => doc.type === type))
  if (missing.length > 0) throw new Error(`no file in events/ describes ${missing.join(', ')}`)
  const rows = docs.map(({ type, meaning, fields }) => {
    const carries = fields.map((field) => `\`${field}\``).join(', ')
    return `| \`${type}\` | ${meaning} | ${carries} | ${versions.get(type)} |`
  })
  return ['| event | what happened | carries | version |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** @param {string} file @returns {EventDoc} */
function eventDocIn(file) {
  for (const statement of parse(file).statements) {
    if (!ts.isVariableStatement(statement)) continue
    const [declaration] = statement.declarationList.declarations
    const shape =
      declaration?.initializer && ts.isCallExpression(declaration.initializer) && declaration.initializer.arguments[0]
    if (!shape || !ts.isObjectLiteralExpression(shape) || !declaration.name.getText().endsWith('Codec')) continue
    const fields = shape.properties.map((property) => property.name?.getText() ?? '')
    const type = /'(\w+)'/.exec(shape.properties[0]?.getText() ?? '')?.[1]
    if (fields[0] !== 'type' || type === undefined) continue
    return {
      type,
      meaning: commentOn(statement),
      fields: fields.filter((name) => name !== 'type' && name !== 'atEpochMs'),
    }
  }
  throw new Error(`${file} holds no codec of an event`)
}

/** @param {ts.Statement} statement */
function commentOn(statement) {
  const [comment] = ts.getJSDocCommentsAndTags(statement)
  const text = comment && ts.getTextOfJSDocComment(comment.comment)
  if (!text) throw new Error(`${statement.getSourceFile().fileName}: the codec has no comment`)
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
}

/** @returns {ReadonlyMap<string, string>} */
function schemaVersions() {
  for (const statement of parse(join(mesh, 'mesh-event.ts')).statements) {
    if (!ts.isVariableStatement(statement)) continue
    const [declaration] = statement.declarationList.declarations
    if (declaration?.name.getText() !== 'eventSchemaVersions' || !declaration.initializer) continue
    return new Map(
      [...declaration.initializer.getText().matchAll(/(\w+): (\d+)/g)].map(([, type = '', version = '']) => [
        type,
        version,
      ]),
    )
  }
  throw new Error('mesh-event.ts has no eventSchemaVersions')
}

/** @param {string} file */
const parse = (file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
