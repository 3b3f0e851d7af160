/** A gateway dies and no server is there: the node that it relays moves, and everybody follows its vector. */
import assert from 'node:assert/strict'
import {
  type AssignRelay,
  type CreateGateway,
  createPathChooser,
  type HostConfig,
  type HostId,
  hostId,
  hostPrefix,
  nodeId,
  OwnAnnouncement,
  type PathChooser,
  type PathVector,
  type PeerHealth,
  projectHostConfig,
  renewVector,
  replay,
  udpEndpoint,
} from '@meshfold/core'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '@meshfold/core/testing'

const becomesGateway = (number: number): CreateGateway => ({
  type: 'CreateGateway',
  atEpochMs: sampleTime,
  nodeId: nodeId(`node-1-${number}`),
})
const isRelayed: AssignRelay = {
  type: 'AssignRelay',
  atEpochMs: sampleTime,
  nodeId: nodeId('node-1-3'),
  gatewayIds: [nodeId('node-1-1'), nodeId('node-1-2')],
}
const registers = (number: number) =>
  sampleRegisterHost(number, {
    capabilities: ['forward'],
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
  })
const numbers = [1, 2, 3, 4]
const state = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(),
    ...numbers.map(registers),
    ...numbers.map((number) => sampleJoinNetwork(1, number)),
    becomesGateway(1),
    becomesGateway(2),
    isRelayed,
  ),
)

const configOf = (viewer: HostId): HostConfig => projectHostConfig(state, viewer) ?? assert.fail(viewer)
const [gateway1, gateway2, laptop, server] = [hostId('host-1'), hostId('host-2'), hostId('host-3'), hostId('host-4')]
const choosers = new Map([gateway1, gateway2, laptop, server].map((id) => [id, createPathChooser(configOf(id))]))
const at = (id: HostId): PathChooser => choosers.get(id) ?? assert.fail(id)

const ownLists = [...configOf(laptop).paths.values()]
const laptopPrefix = hostPrefix(configOf(laptop).own.memberships[0]?.addresses[0] ?? assert.fail())
const show = () => {
  for (const id of [gateway1, gateway2, server]) {
    const [holder] = [...at(id).chosen.allowedIps].find(([, prefixes]) => prefixes.includes(laptopPrefix)) ?? []
    console.log(`  ${id} has ${laptopPrefix} on ${holder}`)
  }
  console.log(`  ${laptop} has the network on ${[...at(laptop).chosen.hops.values()].join()}`)
}
const text = (vector: PathVector | undefined) =>
  vector === undefined ? 'nothing' : `${vector.gatewayIds.join(', ')} (sequence ${vector.sequence})`

const isUp: PeerHealth = { state: 'up', roundTripMs: 12 }
const isDown: PeerHealth = { state: 'down', roundTripMs: null }
const announcement = new OwnAnnouncement({ newest: undefined, released: undefined }, ownLists)
const finds = (unixMs: number, ...gateways: readonly (readonly [HostId, PeerHealth])[]): PathVector => {
  // #region moves
  const chooser = at(laptop)
  chooser.update({ health: gateways })
  const vector = renewVector(laptop, announcement.newest, chooser.chosen.vector, unixMs)
  announcement.renew(vector, ownLists)
  // #endregion
  return vector
}

console.log('Host 3 is relayed by host 1; host 2 stands by.')
show()
const first = finds(1000, [gateway1, isUp], [gateway2, isUp])
console.log(`Both answer its probes. Its vector: ${text(first)}`)

console.log('Host 1 dies, at 60 s. Host 3 moves to what it has proven, and may tell')
const second = finds(60_000, [gateway1, isDown])
console.log(`  host 2: ${text(announcement.vectorFor(gateway2))}`)
console.log(`  others: ${text(announcement.vectorFor(server))}`)

console.log('Host 2 has it, and says so. It has host 3 as its peer now:')
// #region follows
at(gateway2).update({ vectors: [second] })
announcement.acknowledge(gateway2, second.sequence)
// #endregion
show()
assert.equal(announcement.vectorFor(server), second)

console.log('Host 2 tells everybody who may send to host 3:')
at(server).update({ vectors: [second] })
show()

console.log('Host 1 is back, at 90 s, and hears of it. Host 3 stays where it is:')
const third = finds(90_000, [gateway1, isUp])
for (const id of [gateway1, gateway2, server]) at(id).update({ vectors: [third] })
console.log(`  its vector: ${text(third)}`)
show()

console.log('A vector that was held up on the way arrives last, and changes nothing.')
// #region late
const { hosts } = at(server).update({ vectors: [first] })
assert.equal(hosts.size, 0)
// #endregion
