import { meshCommandTypes } from '@meshfold/core'
import * as t from 'io-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describe as describeCodec, schemaOf } from '../src/api/json-schema.js'
import { allRoutes } from '../src/http/all-routes.js'
import { startTestServer, type TestServer } from './support/test-server.js'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly security: readonly unknown[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } }
}

let test: TestServer
let document: Document

beforeAll(async () => {
  test = await startTestServer()
  document = (await (await fetch(`${test.url}/api/v1/openapi.json`)).json()) as Document
})
afterAll(() => test.dispose())

describe('the OpenAPI document', () => {
  it('has every route of the API, with its parameters and who may call it', () => {
    for (const route of allRoutes(test.server.context, { version: '0', page: true })) {
      if (route.access === 'page') continue
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
      const operation = document.paths[path]?.[route.method.toLowerCase()]
      expect(operation, `${route.method} ${path}`).toBeDefined()
      expect(operation?.security.length).toBe(route.access === 'admin' ? 1 : 0)
      const named = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name)
      const described = operation?.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(described).toEqual(named)
    }
  })

  it('says what a body must hold', () => {
    expect(document.paths['/api/v1/networks']?.post?.requestBody?.content['application/json'].schema).toMatchObject({
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { mtuBytes: { type: 'integer', minimum: 1280, maximum: 9000 }, name: { type: 'string' } },
    })
  })

  it('has the fields of every command, without those that the server alone may say', () => {
    const { schema } = document.paths['/api/v1/commands']?.post?.requestBody?.content['application/json'] ?? {}
    const { oneOf } = schema as { oneOf: readonly Record<string, Record<string, unknown>>[] }
    expect(oneOf.map(({ title }) => title)).toEqual(meshCommandTypes)
    for (const { properties } of oneOf) expect(Object.keys(properties ?? {})).not.toContain('atEpochMs')
    expect(oneOf.find(({ title }) => String(title) === 'AddEgress')).toMatchObject({
      required: ['type', 'networkId', 'name', 'ranges', 'routers'],
      additionalProperties: false,
      properties: {
        type: { const: 'AddEgress' },
        egressId: { description: 'Made by the server when left out' },
        ranges: { type: 'array', items: { type: 'string' } },
        returnRoute: { enum: ['none', 'external'] },
        routers: { items: { type: 'object', required: ['nodeId'], properties: { metric: { type: 'integer' } } } },
      },
    })
  })

  it('names nothing that nobody described', () => {
    expect(JSON.stringify(document)).not.toContain('undefined')
    for (const operations of Object.values(document.paths))
      for (const operation of Object.values(operations)) expect(operation).toHaveProperty('responses')
  })
})

describe('schemas', () => {
  it('are made from the structure of codecs', () => {
    const codec = t.readonly(t.strict({ a: t.readonlyArray(t.string), b: t.union([t.number, t.null]) }))
    expect(schemaOf(codec)).toEqual({
      type: 'object',
      required: ['a', 'b'],
      properties: {
        a: { type: 'array', items: { type: 'string' } },
        b: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      },
    })
    expect(schemaOf(t.intersection([t.type({ a: t.string }), t.partial({ b: t.boolean })]))).toEqual({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string' }, b: { type: 'boolean' } },
    })
    expect(schemaOf(t.keyof({ x: null, y: null }))).toEqual({ type: 'string', enum: ['x', 'y'] })
    expect(schemaOf(t.record(t.string, t.tuple([t.literal('x')])))).toMatchObject({
      additionalProperties: { prefixItems: [{ const: 'x' }] },
    })
  })

  it('of codecs whose rules nobody told are an error, not a hole', () => {
    const even = t.refinement(t.number, (n) => n % 2 === 0, 'Even')
    expect(() => schemaOf(t.strict({ even }))).toThrow('no schema for codec "Even"')
    describeCodec(even, { type: 'integer', multipleOf: 2 })
    expect(schemaOf(t.strict({ even }))).toMatchObject({ properties: { even: { multipleOf: 2 } } })
  })
})
