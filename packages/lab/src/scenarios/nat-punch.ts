/** Two hosts behind NAT boxes that drop what nobody asked for: each opens the way for the other. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { endpointOf, haveMet, hubMesh, joinBehind, seenAt } from './nat-mesh.js'
import type { Scenario, Stage } from './scenario.js'

/** Of how many punches the figures are. */
const pairs = 3

export const natPunch: Scenario = {
  name: 'nat-punch',
  summary: 'hosts behind plain NATs learn from a public one where they are seen, and reach each other directly',
  rows: ['A7'],
  async play(stage) {
    const mesh = await hubMesh(stage)
    const seconds: number[] = []
    for (let number = 1; number <= pairs; number += 1) {
      const [one, other] = await twoHomes(stage, mesh, number)
      seconds.push(await punch(stage, mesh, one, other))
    }
    const sorted = seconds.sort((a, b) => a - b)
    stage.metric('median-s', sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)
    stage.metric('max-s', sorted.at(-1) ?? Number.NaN)
    stage.check('each pair within 20 s', (sorted.at(-1) ?? 99) < 20, sorted.map((each) => `${each} s`).join(', '))
  },
}

/** In every house the same private range, as it is in life. */
async function twoHomes(stage: Stage, mesh: Mesh, number: number): Promise<readonly [MeshMember, MeshMember]> {
  const names = [`one${number}`, `other${number}`] as const
  const homes = await Promise.all(
    names.map(async (name) => {
      const box = await stage.lab.natBox(`box-${name}`, { kind: 'plain', network: '192.168.1' })
      return [name, box] as const
    }),
  )
  const [one, other] = await joinBehind(stage, mesh, homes)
  if (one === undefined || other === undefined) throw new Error('Nobody was admitted.')
  return [one, other]
}

/** Seconds from when the mesh knew of both where they are seen until packets went. */
async function punch(stage: Stage, mesh: Mesh, one: MeshMember, other: MeshMember): Promise<number> {
  const places = await Promise.all([one, other].map((member) => seenAt(mesh, member)))
  const knownAt = performance.now()
  await waitUntil('they have met', () => haveMet(mesh, one, other), { limitMs: 30_000, everyMs: 50 })
  const took = Math.round((performance.now() - knownAt) / 10) / 100
  stage.tell(`${one.name} and ${other.name}: ${took} s, seen at ${places.join(' and ')}`)
  const answer = await ping(one.host, await mesh.address(other))
  stage.check(`${one.name} reaches ${other.name}`, answer !== undefined)
  const where = await endpointOf(mesh, one, other)
  stage.check('directly, where it is seen from outside', where === places[1], where ?? 'nowhere')
  return took
}
