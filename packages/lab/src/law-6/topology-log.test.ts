import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type LoggedTopology, TopologyLog } from './topology-log.js'

const topology = (run: number, differing = 0): LoggedTopology => ({
  run,
  hosts: 3,
  tried: 100,
  answered: 40,
  differences: Array.from({ length: differing }),
})

const play = async (log: TopologyLog, runs: readonly number[], differing = -1) => {
  for (const run of runs) await log.add(topology(run, run === differing ? 2 : 0))
}
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

test('a log has ten topologies a row, and a run goes on where it ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshfold-lab-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'log.md')
  await writeFile(file, '# Log\n\n| 12 | 0–9 | 1 | 2 | 1 | none |\n')
  const first = new TopologyLog(file, 11)
  expect(await first.next()).toBe(undefined)
  await play(first, numbers(0, 14), 3)
  const second = new TopologyLog(file, 11)
  expect(await second.next()).toBe(10)
  await play(second, numbers(10, 15))
  await second.end()
  expect(await second.next()).toBe(15)
  const [, ...rows] = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('|'))
  expect(rows).toEqual(['| 11 | 0–9 | 30 | 1000 | 400 | 3 |', '| 11 | 10–14 | 15 | 500 | 200 | none |'])
})

test('a log that is not there is begun, and its rows are read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshfold-lab-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'log.md')
  const first = new TopologyLog(file, 11)
  expect(await first.next()).toBe(undefined)
  await play(first, numbers(0, 10))
  expect(await new TopologyLog(file, 11).next()).toBe(10)
  expect((await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('| seed'))).toHaveLength(1)
  await expect(new TopologyLog(join(folder, 'missing', 'log.md'), 11).next()).rejects.toThrow('ENOENT')
})
