/** The OpenAPI document, made from the codecs that the routes run on: it can't say anything else than the server does. */
import type * as t from 'io-ts'
import { errorAnswer } from '../api/error-api.js'
import { type JsonSchema, schemaOf } from '../api/json-schema.js'
import { planAnswer } from '../api/plan-api.js'
import type { JsonRoute, Route } from './route.js'

export const openApiOf = (routes: readonly Route[], version: string): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const route of routes) {
    if (route.access === 'page') continue
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Meshfold server', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'The admin token, mft_…' } },
      schemas: { Error: schemaOf(errorAnswer), Plan: schemaOf(planAnswer) },
    },
  }
}

const operationOf = (route: Route): JsonSchema => ({
  summary: route.summary,
  ...(route.access === 'admin' ? { security: [{ adminToken: [] }] } : { security: [] }),
  parameters: [
    ...(route.kind === 'json' ? parametersOf('path', route.params) : []),
    ...parametersOf('query', route.query),
    ...(isPlannable(route) ? [dryRunParameter] : []),
    ...(route.method === 'GET' || route.access !== 'admin' ? [] : commandHeaders),
  ],
  ...(route.kind === 'json' && route.body !== undefined
    ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } } }
    : {}),
  responses: {
    ...(route.kind === 'json'
      ? answersOf(route)
      : { 200: { description: 'Done', content: { [route.produces]: { schema: { type: 'string' } } } } }),
    default: {
      description: 'Refused: a code for programs, a sentence with the way out for people',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  },
})

const isPlannable = (route: Route): boolean => route.kind === 'json' && route.plan !== undefined

const answersOf = (route: JsonRoute): Record<string, JsonSchema> => {
  const answer = (description: string, schema: JsonSchema) => ({
    description,
    content: { 'application/json': { schema } },
  })
  const done = schemaOf(route.answer)
  if (!isPlannable(route)) return { [route.status]: answer('Done', done) }
  const plan = { $ref: '#/components/schemas/Plan' }
  return route.status === 200
    ? { 200: answer('Done, or with `dryRun=true` what would be', { anyOf: [done, plan] }) }
    : { [route.status]: answer('Done', done), 200: answer('With `dryRun=true`: what would be', plan) }
}

const dryRunParameter: JsonSchema = {
  name: 'dryRun',
  in: 'query',
  required: false,
  description: 'Say what the call would do: events, configs, who gains or loses whom. Nothing is written.',
  schema: { type: 'boolean' },
}

const parametersOf = (place: 'path' | 'query', codec: t.Mixed | undefined): readonly JsonSchema[] => {
  if (codec === undefined) return []
  const { properties = {}, required = [] } = schemaOf(codec) as {
    properties?: Readonly<Record<string, JsonSchema>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
  }))
}

const commandHeaders: readonly JsonSchema[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same call with the same key is carried out once, and gets the same answer.',
    schema: { type: 'string', pattern: '^[\\w.:-]{1,200}$' },
  },
  {
    name: 'Meshfold-Reason',
    in: 'header',
    required: false,
    description: 'Why, percent-encoded; kept beside the events.',
    schema: { type: 'string', maxLength: 500 },
  },
]
