/** What `POST /commands` takes, as JSON Schema: of each type of command the fields that its codec takes. */
import {
  type CodecOutline,
  type FieldOutline,
  type MeshCommandType,
  meshCommandFields,
  meshCommandTypes,
} from '@meshfold/core'
import { isKnownToServer } from './known-to-server.js'

type Schema = Readonly<Record<string, unknown>>

/** A time and who asks are the server's to say; they are left out. */
export const commandsSchema = (): Schema => ({
  description: 'A command of the domain.',
  oneOf: meshCommandTypes.map(commandSchema),
  discriminator: { propertyName: 'type' },
})

const commandSchema = (type: MeshCommandType): Schema => {
  const fields = meshCommandFields(type).filter(({ name }) => name !== 'byUserId')
  const { properties, required, ...rest } = objectSchema(fields, ({ name, isRequired, isFresh }) => {
    return isRequired && !isFresh && !isKnownToServer(name)
  })
  return { title: type, ...rest, properties: { type: { const: type }, ...properties }, required: ['type', ...required] }
}

const objectSchema = (
  fields: readonly FieldOutline[],
  isRequired: (field: FieldOutline) => boolean = (field) => field.isRequired,
) => ({
  type: 'object',
  properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
  required: fields.filter(isRequired).map(({ name }) => name),
  additionalProperties: false,
})

const fieldSchema = ({ takes, isFresh }: FieldOutline): Schema =>
  isFresh ? { ...outlineSchema(takes), description: 'Made by the server when left out' } : outlineSchema(takes)

const outlineSchema = (outline: CodecOutline): Schema => {
  switch (outline.kind) {
    case 'value':
      return valueSchema(outline.name)
    case 'constant':
      return { const: outline.value }
    case 'list': {
      const { item, fewest, most } = outline
      const bounds = { ...(fewest > 0 ? { minItems: fewest } : {}), ...(most === null ? {} : { maxItems: most }) }
      return { type: 'array', items: outlineSchema(item), ...bounds }
    }
    case 'object':
      return objectSchema(outline.fields)
    case 'choice':
      return choiceSchema(outline.options)
  }
}

const choiceSchema = (options: readonly CodecOutline[]): Schema =>
  options.every((option) => option.kind === 'constant')
    ? { enum: options.map((option) => option.value) }
    : { anyOf: options.map(outlineSchema) }

/** Values are known by what their codecs are called. */
const valueSchema = (name: string): Schema => {
  const [, lowest, highest] = /^a whole number from (-?\d+) to (-?\d+)$/.exec(name) ?? []
  if (lowest !== undefined) return { type: 'integer', minimum: Number(lowest), maximum: Number(highest) }
  if (name === 'EpochMs') return { type: 'integer', minimum: 0, description: 'Milliseconds since 1970-01-01T00:00Z' }
  const isNumber = /^(a whole number|a number|milliseconds)/.test(name)
  return { type: isNumber ? 'number' : 'string', description: name }
}
