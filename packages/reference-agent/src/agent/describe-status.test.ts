import { noCapabilities, type RefusedPart } from '@meshfold/core'
import { expect, test } from 'vitest'
import { lackingOf } from './describe-status.js'

const virtual: RefusedPart = { part: 'prefix-map', capability: 'prefix-map', reason: 'Egress lab is not served.' }
const kept: RefusedPart = { part: 'egress', capability: null, reason: 'The own LAN keeps it.' }
const consequence = 'The host can route no egress with a virtual range. Install nftables.'
const capabilities = { ...noCapabilities, 'prefix-map': { supported: false, consequence } } as const

test('what a host can not serve is told with the way out that its driver names', () => {
  expect(lackingOf({ refused: [virtual, kept] }, capabilities)).toEqual([
    `Egress lab is not served. ${consequence}`,
    'The own LAN keeps it.',
  ])
})

test('it is told where no driver can be asked, and once', () => {
  expect(lackingOf({ refused: [virtual, virtual] }, undefined)).toEqual(['Egress lab is not served.'])
  expect(lackingOf(undefined, capabilities)).toEqual([])
})
