/** What the seed of `npm test` makes: the thirty meshes that every run brings up leave nothing out that is drawn at all. */
import { hostCapabilities, type MeshCommand, udpEndpoint } from '@meshfold/core'
import { sampleCreateMesh, sampleRegisterHost } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { modelVsKernel, usualRuns } from '../scenarios/model-vs-kernel.js'
import { aroundSites, aroundUplinks, everything, siteRanges } from './sites.js'
import { tell } from './told.js'
import { topologyOf } from './topology.js'

type Of<Type extends MeshCommand['type']> = Extract<MeshCommand, { readonly type: Type }>

/** What the rules let through of a mesh, with hosts that can do everything. */
const commandsOf = (run: number): readonly MeshCommand[] => {
  const { hosts, commands } = topologyOf(modelVsKernel.testSeed ?? 0, run)
  const able = Array.from({ length: hosts }, (_, at) =>
    sampleRegisterHost(at + 1, {
      capabilities: hostCapabilities,
      endpoints: [{ endpoint: udpEndpoint(`203.0.113.${at + 1}:51821`), origin: 'declared' }],
      localPrefixes: siteRanges(at + 1).map(({ prefix }) => prefix),
    }),
  )
  return tell([sampleCreateMesh(), ...able, ...commands]).accepted
}

const all = Array.from({ length: usualRuns }, (_, run) => commandsOf(run)).flat()
const of = <Type extends MeshCommand['type']>(type: Type): readonly Of<Type>[] =>
  all.filter((command): command is Of<Type> => command.type === type)
const egresses = of('AddEgress')
const clients = of('AddClient')
const policies = of('AddPolicy')
const networks = of('CreateNetwork')
const kinds = (end: 'sources' | 'destinations') =>
  [...new Set(policies.flatMap((each) => each[end].map(({ kind }) => kind)))].sort()
const selectors = ['client', 'egress', 'everyone', 'gateway-clients', 'group', 'node', 'prefix', 'tag', 'user']

test.each<readonly [string, number]>([
  ['gateways', of('CreateGateway').length],
  ['internet gateways', of('EnableInternetGateway').length],
  ['nodes connected to them', of('UpdateInternetGateway').length],
  ['full tunnels', of('SetRouteAllTraffic').length],
  ['automatic gateways', of('SetAutoGateway').length],
  ['relays', of('AssignRelay').length],
  ['pairs with a relay', of('EngageAutoRelay').length],
  ['egresses with NAT', egresses.filter(({ nat }) => nat).length],
  ['egresses without', egresses.filter(({ nat }) => !nat).length],
  ['virtual ones', egresses.filter(({ virtualRanges }) => virtualRanges !== null).length],
  ['restricted ones', egresses.filter(({ restricted }) => restricted).length],
  ['egresses with two routers', egresses.filter(({ routers }) => routers.length > 1).length],
  ['egresses for everything', egresses.filter(({ ranges }) => ranges[0] === everything[0]).length],
  ['egresses around all sites', egresses.filter(({ ranges }) => ranges[0] === aroundSites[0]).length],
  ...aroundUplinks.map(
    ([range]) =>
      [`egresses around endpoints: ${range}`, egresses.filter(({ ranges }) => ranges[0] === range).length] as const,
  ),
  [
    'named interfaces',
    egresses.filter(({ routers }) => routers.some(({ interfaceName }) => interfaceName != null)).length,
  ],
  ['clients of the mesh alone', clients.filter(({ fullTunnel }) => !fullTunnel).length],
  ['clients with full tunnels', clients.filter(({ fullTunnel }) => fullTunnel).length],
  [
    'clients with more addresses',
    clients.filter(({ additionalAddresses }) => (additionalAddresses ?? []).length > 0).length,
  ],
  ['clients of users', clients.filter(({ ownerUserId }) => ownerUserId != null).length],
  ['hosts of users', of('SetHostOwner').length],
  ['tags', of('AssignTag').length],
  ['policies one way', policies.filter(({ direction }) => direction === 'one-way').length],
  ['policies both ways', policies.filter(({ direction }) => direction === 'both').length],
  ['default policies off', of('SwitchDefaultPolicy').filter(({ everyoneAllowed }) => !everyoneAllowed).length],
  ['IPv4 alone', networks.filter(({ range6 }) => range6 === null).length],
  ['IPv6 alone', networks.filter(({ range4 }) => range4 === null).length],
  ['hosts in a second network', of('JoinNetwork').filter(({ networkId }) => networkId === 'net-2').length],
  ['traits', of('UpdateNodeTraits').length],
])('the meshes of every test run have %s', (_name, count) => expect(count).toBeGreaterThan(0))

test('their policies name every kind of source and destination', () => {
  expect(kinds('sources')).toEqual(selectors)
  expect(kinds('destinations')).toEqual([...selectors, 'internet', 'own-devices'].sort())
})
