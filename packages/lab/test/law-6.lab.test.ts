/** Whether law 6 finds what is wrong, and says the least that it takes. */
import type { DesiredHost, MeshState } from '@meshfold/core'
import { hostCapabilities } from '@meshfold/core'
import { sampleCreateMesh, sampleRegisterHost } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { isOfTopology } from '../src/law-6/describe.js'
import { playTopologies } from '../src/law-6/model-vs-kernel.js'
import { questionsOf } from '../src/law-6/questions.js'
import { siteRanges } from '../src/law-6/sites.js'
import { tell } from '../src/law-6/told.js'
import { topologyOf } from '../src/law-6/topology.js'
import { Lab } from '../src/net/lab.js'

const seed = 1

/** A driver that forgets to masquerade. */
const withoutMasquerade = (desired: DesiredHost): DesiredHost => {
  const { firewall } = desired
  if (firewall === null) return desired
  const nat = firewall.rules.nat.filter(({ kind }) => kind !== 'masquerade')
  return { ...desired, firewall: { ...firewall, rules: { ...firewall.rules, nat } } }
}

/** What the rules let through of a topology, in a world of hosts that can do everything. */
function stateOf(run: number): MeshState {
  const { hosts, commands } = topologyOf(seed, run)
  const able = Array.from({ length: hosts }, (_, at) =>
    sampleRegisterHost(at + 1, {
      capabilities: hostCapabilities,
      localPrefixes: siteRanges(at + 1).map(({ prefix }) => prefix),
    }),
  )
  return tell([sampleCreateMesh(), ...able, ...commands]).state
}

/** The first small topology in which somebody is seen under a router's address, and that has no clients. */
const runWithNat = (): number => {
  for (let run = 0; run < 1_000; run += 1) {
    const { hosts } = topologyOf(seed, run)
    if (hosts > 2) continue
    const state = stateOf(run)
    const questions = state.clients.size > 0 ? [] : questionsOf(state, hosts, { web: [], uplinksOf: () => [] })
    const isMasqueraded = ({ source, expected, trace }: (typeof questions)[number]) =>
      source !== null &&
      expected?.sources.includes(source) === false &&
      trace?.verdict.kind === 'delivered' &&
      trace.verdict.source === 'masqueraded' &&
      trace.verdict.to.kind === 'egress'
    if (questions.some(isMasqueraded)) return run
  }
  throw new TypeError('a thousand topologies, and none of them fits')
}

test('a fault of a driver is found, with the least that shows it', { timeout: 480_000 }, async () => {
  await using lab = await Lab.open()
  const results = []
  const played = playTopologies(lab, { seed, from: runWithNat(), runs: 1 }, { spoil: withoutMasquerade })
  for await (const result of played) results.push(result)
  const [{ differences, smallest } = { differences: [], smallest: null }] = results
  expect(differences).not.toEqual([])
  expect(smallest?.differences).not.toEqual([])
  const left = smallest?.accepted.filter(isOfTopology).map(({ type }) => type)
  expect(left).toEqual(['CreateNetwork', 'JoinNetwork', 'JoinNetwork', 'AddEgress'])
})
