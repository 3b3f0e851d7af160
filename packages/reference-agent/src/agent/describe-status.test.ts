import { noCapabilities, type RefusedPart } from '@meshfold/core'
import { emptyHost, sampleTime } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { lackingOf } from './describe-status.js'

const virtual: RefusedPart = { part: 'prefix-map', capability: 'prefix-map', reason: 'Egress lab is not served.' }
const kept: RefusedPart = { part: 'egress', capability: null, reason: 'The own LAN keeps it.' }
const consequence = 'The host can route no egress with a virtual range. Install nftables.'
const capabilities = { ...noCapabilities, 'prefix-map': { supported: false, consequence } } as const
const observed = emptyHost(sampleTime)
const demo = { networkId: 'net-1', name: 'demo' }
const config = (refused: readonly RefusedPart[], isInternetGateway = false) =>
  ({
    refused,
    own: { memberships: [{ networkId: 'net-1', isInternetGateway }] },
    ranges: [],
    networks: [demo],
    dns: [],
  }) as unknown as NonNullable<Parameters<typeof lackingOf>[0]>

test('what a host can not serve is told with the way out that its driver names', () => {
  expect(lackingOf(config([virtual, kept]), capabilities, observed)).toEqual([
    `Egress lab is not served. ${consequence}`,
    'The own LAN keeps it.',
  ])
})

test('it is told where no driver can be asked, and once', () => {
  expect(lackingOf(config([virtual, virtual]), undefined, undefined)).toEqual(['Egress lab is not served.'])
  expect(lackingOf(undefined, capabilities, observed)).toEqual([])
})

test('D5 an internet gateway tells that it knows no resolver for others, once the host was read', () => {
  expect(lackingOf(config([], true), capabilities, observed)).toEqual([expect.stringContaining('--dns')])
  expect(lackingOf(config([], true), capabilities, undefined)).toEqual([])
})
