import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ApiRefused } from '../src/mesh/api-client.js'
import { Mesh } from '../src/mesh/mesh.js'
import { meshNetwork } from '../src/mesh/mesh-network.js'
import { Lab } from '../src/net/lab.js'
import { eventsOf } from '../src/scenarios/server-view.js'

test('a server on a host: killed and started again, it knows what it knew', async () => {
  await using lab = await Lab.open()
  const { server, networkId } = await Mesh.open(lab, { hostNames: [] })
  const { meshId } = server
  const events = await eventsOf(server)
  expect(events.map(({ type }) => type)).toContain('NetworkCreated')
  await server.kill()
  expect(server.running).toBe(false)
  await server.start()
  expect(server.meshId).toBe(meshId)
  expect(await eventsOf(server)).toEqual(events)
  const { networks } = await server.api.get<{ networks: object[] }>('/api/v1/networks')
  expect(networks).toEqual([expect.objectContaining({ ...meshNetwork, networkId })])
  expect(await server.stop()).toBe(0)
})

test('other hosts reach it by its address, and the log holds no token', async () => {
  await using lab = await Lab.open()
  const { server } = await Mesh.open(lab, { hostNames: [] })
  const [host] = await lab.publicHosts(['h1'])
  const ask = `fetch('${server.url}/api/v1/healthz').then((answer) => console.log(answer.status))`
  expect(await host.run(process.execPath, ['-e', ask])).toMatchObject({ code: 0, stdout: '200\n' })
  await expect(server.api.post('/api/v1/networks', { name: 'x', range4: '10.0.0.0/33' })).rejects.toThrow(ApiRefused)
  expect(await readFile(server.logFile, 'utf8')).not.toContain(server.api.token)
})
