/** A gateway is removed while packets flow through it: whoever used it goes elsewhere, and everybody else never notices. */
import { setTimeout as pause } from 'node:timers/promises'

import { ApiRefused } from '../mesh/api-client.js'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { PingStream, ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { command, hasPeers, nodeOf, removeGateway } from './mesh-commands.js'
import { connectPhone, cutOffMs, letsIn, type Phone, takeFile } from './phone.js'
import { assignGateways, isVia, relayedMesh } from './relayed-mesh.js'
import type { Scenario, Stage } from './scenario.js'
import { checkStreams, startStreams } from './start-mesh.js'

const pingEveryMs = 100

/** First with another gateway to go to, then with none. */
export const gatewayRemoved: Scenario = {
  name: 'gateway-removed',
  rows: ['B3'],
  summary:
    'a gateway with a relayed node, an automatic one and a phone is removed, to another and then to none: each ends where the command says',
  async play(stage) {
    const { mesh, first, second, third, relayed } = await relayedMesh(stage, { relayed: 2 })
    const [manual, automatic] = relayed as readonly [MeshMember, MeshMember]
    await assignGateways(mesh, manual, [first])
    await command(mesh, { type: 'SetAutoGateway', nodeId: await nodeOf(mesh, automatic) })
    await isVia(mesh, automatic, first)
    const phone = await connectPhone(stage, mesh, first)
    stage.check('the phone is reached', await isReached(third, phone.address))
    const others = await startStreams(mesh, [
      [third, second],
      [second, third],
    ])
    await toAnother(stage, { mesh, first, second, third, manual, automatic, phone })
    await toNone(stage, { mesh, first, second, third, manual, automatic, phone })
    await checkStreams(stage, 'those who never used it', others, 1)
  },
}

interface Users {
  readonly mesh: Mesh
  readonly first: MeshMember
  readonly second: MeshMember
  readonly third: MeshMember
  readonly manual: MeshMember
  readonly automatic: MeshMember
  readonly phone: Phone
}

async function toAnother(stage: Stage, users: Users): Promise<void> {
  const { mesh, first, second, third, manual, automatic, phone } = users
  const streams = await Promise.all(
    [manual, automatic].map(async (node) => new PingStream(third.host, await mesh.address(node), pingEveryMs)),
  )
  const moveTo = await nodeOf(mesh, second)
  await pause(1_000)
  await removeGateway(mesh, first, { moveTo })
  const outAfterMs = await cutOffMs(mesh, first, phone)
  for (const node of [manual, automatic]) await isVia(mesh, node, second)
  await waitUntil('both are reached', async () => {
    const addresses = await Promise.all([manual, automatic].map((node) => mesh.address(node)))
    return (await Promise.all(addresses.map((to) => isReached(third, to)))).every(Boolean)
  })
  await pause(1_000)
  for (const [at, node] of ['assigned', 'automatic'].entries()) {
    const { longestGap = Infinity, received = 0 } = (await streams[at]?.stop()) ?? {}
    const seconds = (longestGap * pingEveryMs) / 1_000
    stage.metric(`${node}-away-s`, seconds)
    stage.check(`the ${node} node moves, and is away for less than 2 s`, seconds < 2 && received > 15, `${seconds} s`)
  }
  if (outAfterMs !== undefined) stage.metric('phone-out-after-ms', outAfterMs)
  stage.check('who was the gateway lets the phone in no more', outAfterMs !== undefined)
  const renewed = await takeFile(mesh, phone)
  stage.check('the phone has the address that it had', renewed.address === phone.address, renewed.address)
  stage.check('with its new file it is reached', await isReached(third, phone.address))
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('the host stays, everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
}

async function toNone(stage: Stage, { mesh, second, third, manual, automatic, phone }: Users): Promise<void> {
  const refused = await removeGateway(mesh, second, { withoutTarget: 'refuse' }).catch((error: unknown) => error)
  const code = refused instanceof ApiRefused ? refused.body : 'not refused'
  stage.check('without a place to go it is refused', code.includes('gateway-has-dependents'), code)
  stage.check('and nothing changed', await letsIn(mesh, second, phone))
  await removeGateway(mesh, second, { withoutTarget: 'let-go' })
  const everybody = mesh.members.length - 1
  for (const node of [manual, automatic]) await hasPeers(mesh, node, everybody)
  const direct = () => stage.lab.inet.packets(third.host, manual.host)
  const before = await direct()
  const { reachable, pairs } = await mesh.pingMatrix()
  stage.check('let go, everybody reaches everybody', reachable === pairs, `${reachable} of ${pairs}`)
  stage.check('directly', (await direct()) > before)
  stage.check('the phone is let in no more', (await cutOffMs(mesh, second, phone)) !== undefined)
  stage.check('and it reaches nobody', (await ping(phone.host, await mesh.address(third), 1)) === undefined)
}

const isReached = async ({ host }: MeshMember, address: string): Promise<boolean> =>
  (await ping(host, address, 7)) !== undefined
