import * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import { meshCommandFields, meshCommandTypes } from '../mesh/mesh-command.js'
import { type CodecOutline, outlineOf } from './codec-outline.js'

const fieldOf = (type: (typeof meshCommandTypes)[number], field: string) =>
  meshCommandFields(type).find(({ name }) => name === field)

describe('outlines', () => {
  test('follow the structure of codecs', () => {
    const codec = t.readonly(t.strict({ name: t.string, kinds: t.readonlyArray(t.keyof({ one: null, other: null })) }))
    expect(outlineOf(codec)).toEqual({
      kind: 'object',
      fields: [
        { name: 'name', isRequired: true, isFresh: false, takes: { kind: 'value', name: 'a text' } },
        {
          name: 'kinds',
          isRequired: true,
          isFresh: false,
          takes: {
            kind: 'list',
            fewest: 0,
            most: null,
            item: {
              kind: 'choice',
              options: [
                { kind: 'constant', value: 'one' },
                { kind: 'constant', value: 'other' },
              ],
            },
          },
        },
      ],
    })
    expect(outlineOf(t.union([t.boolean, t.null]))).toMatchObject({ kind: 'choice' })
  })

  test('tell the name of what has no structure that could be told', () => {
    expect(outlineOf(new t.Type('a colour', t.string.is, t.string.validate, t.identity))).toEqual({
      kind: 'value',
      name: 'a colour',
    })
  })
})

describe('fields of commands', () => {
  test('tell what may be left out, what is a list of what, and which id is made anew', () => {
    expect(fieldOf('AddPolicy', 'policyId')).toMatchObject({ isRequired: true, isFresh: true })
    expect(fieldOf('AddPolicy', 'networkId')).toMatchObject({ isRequired: true, isFresh: false })
    expect(fieldOf('AddPolicy', 'enabled')).toMatchObject({ isRequired: false })
    expect(fieldOf('AddPolicy', 'sources')?.takes).toMatchObject({ kind: 'list', fewest: 1, most: 200 })
    expect(fieldOf('RemoveGateway', 'moveTo')?.takes).toEqual({
      kind: 'choice',
      options: [
        { kind: 'value', name: 'NodeId' },
        { kind: 'constant', value: null },
      ],
    })
    expect(meshCommandFields('RaiseMeshEpoch')).toEqual([])
  })

  test.each(meshCommandTypes.filter((type) => /^(Add|Create)/.test(type) && type !== 'CreateGateway'))(
    '%s makes one id anew',
    (type) => {
      expect(meshCommandFields(type).filter(({ isFresh }) => isFresh)).toHaveLength(1)
    },
  )

  test('have no part that nobody can tell: each is a value with a name of its own', () => {
    const names = new Set<string>()
    const walk = (outline: CodecOutline): void => {
      if (outline.kind === 'value') names.add(outline.name)
      if (outline.kind === 'list') walk(outline.item)
      if (outline.kind === 'choice') outline.options.forEach(walk)
      if (outline.kind === 'object') for (const { takes } of outline.fields) walk(takes)
    }
    for (const type of meshCommandTypes) for (const { takes } of meshCommandFields(type)) walk(takes)
    expect([...names].filter((name) => /^<|\{|\||Array|Readonly/.test(name))).toEqual([])
    expect(names.size).toBeGreaterThan(20)
  })
})
