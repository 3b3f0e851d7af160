/** What is said where something can't be tried. */
import { expect, test } from 'vitest'
import { playScenario, type Scenario } from './scenario.js'

const neverPlayed: Scenario = {
  name: 'needs-a-kernel',
  summary: '',
  rows: [],
  obstacle: () => ({ lack: 'debian-kernel', reason: 'there is none (lab fetch)' }),
  play: () => Promise.reject(new Error('It was played.')),
}

const play = async (environment: Readonly<Record<string, string>>) => {
  const said: string[] = []
  const result = await playScenario(neverPlayed, { tell: (text) => said.push(text), environment })
  return { ...result, said }
}

test('a scenario that can not be played is told', async () => {
  const { passed, checks, skipped, said } = await play({})
  expect({ passed, checks, skipped }).toEqual({
    passed: true,
    checks: [],
    skipped: ['needs-a-kernel: there is none (lab fetch)'],
  })
  expect(said).toEqual(['left out: needs-a-kernel: there is none (lab fetch)'])
})

test('in CI it is a check that failed, with the way out, unless it is declared', async () => {
  const { passed, checks, said } = await play({ CI: '1' })
  expect(passed).toBe(false)
  expect(checks).toMatchObject([
    { passed: false, detail: expect.stringMatching(/lab fetch.*debian-kernel in MESHFOLD/) },
  ])
  expect(said.at(-1)).toMatch(/^FAILED .*lab fetch/)
  expect(await play({ CI: '1', MESHFOLD_LAB_WITHOUT: 'debian-kernel' })).toMatchObject({ passed: true, checks: [] })
})
