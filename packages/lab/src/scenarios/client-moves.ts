/** A phone is moved to another gateway: its next file leads there, with the key and the addresses that it had. */
import type { Mesh } from '../mesh/mesh.js'
import { ping } from '../net/ping.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import { connectPhone, cutOffMs, letsIn, type Phone, takeFile } from './phone.js'
import type { Scenario } from './scenario.js'
import { checkStreams, startCast, startStreams } from './start-mesh.js'

export const clientMoves: Scenario = {
  name: 'client-moves',
  summary:
    'a phone is moved to another gateway, and back: the old one lets it in no more, and its next file works at the new one',
  rows: ['B6', 'B11'],
  async play(stage) {
    const { mesh, first, second, node } = await startCast(stage, ['first', 'second', 'node'])
    await mayBeGateways(mesh)
    for (const gateway of [first, second])
      await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    const phone = await connectPhone(stage, mesh, first)
    const to = await mesh.address(node)
    const reachEachOther = async () =>
      (await ping(phone.host, to, 7)) !== undefined && (await ping(node.host, phone.address, 7)) !== undefined
    stage.check('it and a node reach each other', await reachEachOther())
    await keepFile(mesh, phone)
    const streams = await startStreams(mesh, [
      [node, first],
      [node, second],
    ])
    for (const [from, at] of [
      [first, second],
      [second, first],
    ] as const) {
      stage.check('its file is not stale', !(await fileOf(mesh, phone)).isStale)
      await command(mesh, { type: 'MoveClient', clientId: phone.clientId, gatewayId: await nodeOf(mesh, at) })
      const outAfterMs = await cutOffMs(mesh, from, phone)
      if (outAfterMs !== undefined) stage.metric(`out-of-${from.name}-ms`, outAfterMs)
      stage.check(`${from.name} lets it in no more`, outAfterMs !== undefined)
      stage.check('with its old file it reaches nobody', (await ping(phone.host, to, 1)) === undefined)
      stage.check('which is stale', (await fileOf(mesh, phone)).isStale)
      const renewed = await takeFile(mesh, phone)
      await keepFile(mesh, phone)
      stage.check('the new file has the addresses that it had', addressesOf(renewed) === addressesOf(phone))
      stage.check(`it leads to ${at.name}`, renewed.text.includes((await mesh.tunnel(at)).publicKey))
      stage.check(`${at.name} lets it in by the key that it had`, await letsIn(mesh, at, phone))
      stage.check('with it, it and the node reach each other', await reachEachOther())
      stage.check(`${from.name} reaches it there`, (await ping(from.host, phone.address, 7)) !== undefined)
    }
    await checkStreams(stage, 'the others talk all the time', streams, 1)
  },
}

interface SeenFile {
  readonly hash: string
  readonly isStale: boolean
}

const fileOf = (mesh: Mesh, { clientId }: Phone): Promise<SeenFile> =>
  mesh.server.api.get<SeenFile>(`/api/v1/clients/${clientId}/file`)

/** The mesh is told that the phone has its file as it is now. */
const keepFile = async (mesh: Mesh, phone: Phone): Promise<void> => {
  const { hash } = await fileOf(mesh, phone)
  await command(mesh, { type: 'RecordClientConfig', clientId: phone.clientId, hash })
}

const addressesOf = ({ text }: Phone): string => (text.match(/^Address = .*$/gm) ?? []).join()
