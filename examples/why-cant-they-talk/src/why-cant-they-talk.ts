/** Why they can talk, or can't: what policies say, and what happens to a packet at each host on its way. */
import {
  clientId,
  describeExplanation,
  evolveAll,
  explain,
  hostId,
  ipAddress,
  type MeshState,
  type PacketTraffic,
  replay,
  type TestEnd,
  type TraceConditions,
} from '@meshfold/core'
import { beginning, nodeOf, on } from '@meshfold-example/office-mesh'

const state = replay(beginning)
const node = (name: Parameters<typeof nodeOf>[0]): TestEnd => ({ kind: 'node', nodeId: nodeOf(name) })
const phone: TestEnd = { kind: 'client', clientId: clientId('client-1') }
const microscope: TestEnd = { kind: 'address', address: ipAddress('192.168.50.20') }
const tcp = (port: number): PacketTraffic => ({ protocol: 'tcp', port })

const ask = (
  question: string,
  from: TestEnd,
  to: TestEnd,
  traffic: PacketTraffic,
  conditions: TraceConditions = {},
  of: MeshState = state,
) => {
  console.log(`\n${question}`)
  // #region explain
  const explanation = explain(of, from, to, traffic, conditions)
  if (explanation === undefined) throw new TypeError('the mesh knows one of them not')
  for (const line of describeExplanation(of, explanation)) console.log(`  ${line}`)
  // #endregion
}

ask('Does the web farm reach the database?', node('web-1'), node('database'), tcp(5432))
ask('And a laptop?', node('laptop-2'), node('database'), tcp(5432))
ask('A laptop that frankfurt relays, to a web server:', node('laptop-1'), node('web-1'), tcp(443))
ask('The same, while frankfurt is dead and has not been missed yet:', node('laptop-1'), node('web-1'), tcp(443), {
  dead: new Set([hostId('host-1')]),
})
const missed = new Map([[hostId('host-1'), { state: 'down', roundTripMs: null } as const]])
ask('The same, once everybody has missed it:', node('laptop-1'), node('web-1'), tcp(443), {
  dead: new Set([hostId('host-1')]),
  healthOf: () => missed,
})
ask('A laptop to a microscope in the lab:', node('laptop-1'), microscope, tcp(22))
ask('The phone to the same:', phone, microscope, tcp(22))

const disconnected = evolveAll(state, [
  {
    type: 'NodeDisconnected',
    atEpochMs: on(21, 9),
    nodeId: nodeOf('web-2'),
    cause: 'admin',
  } as never,
])
ask('A web server that somebody disconnected:', node('laptop-2'), node('web-2'), tcp(443), {}, disconnected)
