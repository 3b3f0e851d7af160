import { clientId, epochMs, type HostId, hostId, nodeId } from '@meshfold/core'
import { sampleAddClient } from '@meshfold/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ReactingServer } from '../../test/support/reacting-server.js'

let server: ReactingServer
const phone = { clientId: clientId('client-1'), gatewayId: nodeId('node-1-1') }
const gateway: HostId = hostId('host-1')
const wait = () => server.sessions.clients.waitOf(phone)

beforeEach(async () => {
  server = await ReactingServer.start()
})
afterEach(() => server.close())

const acknowledge = (agent: ReturnType<ReactingServer['agents']>[number] | undefined) =>
  agent?.say({ type: 'ack', asOf: server.service.asOf, outcome: 'applied', detail: null })

it('B7 waits until the gateway acknowledged the revision of the last change, and not for later ones', async () => {
  await server.submit(sampleAddClient(1) as never)
  expect(wait()).toBe('gateway-not-connected')
  const [agent] = server.agents(1)
  expect(wait()).toBe('gateway-not-done')
  acknowledge(agent)
  expect(wait()).toBeNull()
  await server.submit({ type: 'AssignRelay', nodeId: nodeId('node-1-5'), gatewayIds: [nodeId('node-1-2')] } as never)
  expect(wait()).toBeNull()
  await server.submit({ type: 'DisableClient', clientId: phone.clientId } as never)
  expect(wait()).toBe('gateway-not-done')
  acknowledge(agent)
  agent?.leave()
  expect(wait()).toBeNull()
})

it('remembers nothing of clients that are gone', async () => {
  await server.submit(sampleAddClient(1) as never)
  expect(server.sessions.clients.size).toBe(1)
  await server.submit({ type: 'RemoveClient', clientId: phone.clientId } as never)
  expect(server.sessions.clients.size).toBe(0)
})

it('after the epoch was raised, only what is acknowledged in the new one counts', async () => {
  await server.submit(sampleAddClient(1) as never)
  const [agent] = server.agents(1)
  acknowledge(agent)
  expect(wait()).toBeNull()
  await server.submit({ type: 'RaiseMeshEpoch', atEpochMs: epochMs(1) } as never)
  expect(wait()).toBe('gateway-not-done')
  acknowledge(agent)
  expect(wait()).toBeNull()
  expect(server.sessions.presence.of(gateway)?.acknowledged?.epoch).toBe(2)
})
