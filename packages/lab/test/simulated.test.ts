import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulatedMesh } from '../src/demo/simulated-demo.js'

function plan(dataFolder: string) {
  return { hostNames: ['h1', 'h2', 'h3'], dataFolder, port: 17_400, startedAt: Date.now(), progress: () => {} }
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('three hosts inside this process reach each other, and a second terminal reaches the server', async () => {
  const mesh = await startSimulatedMesh(plan(scratch()))
  onTestFinished(() => mesh.stop())
  expect(mesh.report.pairs).toHaveLength(6)
  expect(mesh.report.pairs.every(({ reached }) => reached)).toBe(true)
  expect(mesh.report.hosts.map(({ addresses }) => addresses[0])).toEqual(['10.66.0.1', '10.66.0.2', '10.66.0.3'])
  const headers = { authorization: `Bearer ${mesh.adminToken}` }
  const answer = await fetch(`${mesh.url}/api/v1/hosts`, { headers })
  expect(await answer.json()).toMatchObject({ hosts: [{}, {}, {}] })
}, 30_000)

test('started again on the same folder it is the same mesh', async () => {
  const folder = scratch()
  const first = await startSimulatedMesh(plan(folder))
  await first.stop()
  const again = await startSimulatedMesh(plan(folder))
  await again.stop()
  expect(again.report.hosts).toEqual(first.report.hosts)
  expect(again.report.pairs.every(({ reached }) => reached)).toBe(true)
}, 30_000)
