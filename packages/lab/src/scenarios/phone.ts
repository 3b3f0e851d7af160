import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { PingStream, ping } from '../net/ping.js'
import { patient } from '../patience.js'
import { waitUntil } from '../wait-until.js'
import { command, mayBeGateways, nodeOf } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { startCast } from './start-mesh.js'

/** A device that has WireGuard and nothing else, connected by the file that the mesh made for it. */
export interface Phone {
  readonly host: Host
  readonly clientId: string
  /** Its IPv4 address in the mesh. */
  readonly address: string
  /** As the server gave it out. */
  readonly text: string
  readonly privateKey: string
  readonly publicKey: string
}

/** Which command makes a phone a client, and its name on the lab's internet. */
export interface PhoneTerms {
  readonly hostName?: string
  readonly type?: 'AddClient' | 'ConnectDevice'
  readonly fullTunnel?: boolean
  /** Of a user's device. */
  readonly userId?: string
  readonly deviceId?: string
  /** Name servers of its own. */
  readonly dns?: readonly string[]
  /** Ranges that it leads to. */
  readonly prefixesBehind?: readonly string[]
}

/** A phone on the lab's internet, of that gateway; its keys are made on it. */
export async function connectPhone(
  { lab }: Stage,
  mesh: Mesh,
  gateway: MeshMember,
  { hostName = 'phone', type = 'AddClient', ...more }: PhoneTerms = {},
): Promise<Phone> {
  const [host] = await lab.publicHosts([hostName])
  const keys = await host.sh('k=$(wg genkey); echo $k; echo $k | wg pubkey')
  const [privateKey = '', publicKey = ''] = keys.split('\n')
  const gatewayId = await nodeOf(mesh, gateway)
  const added = await command(mesh, { type, gatewayId, name: hostName, publicKey, ...more })
  const clientId = added.events[0]?.clientId ?? ''
  return takeFile(mesh, { host, clientId, privateKey, publicKey })
}

/** The phone takes its file as it is now, in the place of the one that it has. */
export async function takeFile(
  mesh: Mesh,
  { host, clientId, privateKey, publicKey }: Omit<Phone, 'address' | 'text'>,
): Promise<Phone> {
  const { text } = await mesh.server.api.get<{ text: string }>(`/api/v1/clients/${clientId}/file`)
  const file = text.replace(/^PrivateKey = .*$/m, `PrivateKey = ${privateKey}`).replace(/^DNS = .*\n/m, '')
  await host.trySh('wg-quick down /run/phone0.conf')
  await host.sh(`umask 077; cat > /run/phone0.conf <<'FILE'\n${file}\nFILE\nwg-quick up /run/phone0.conf 2>&1`)
  const address = /^Address = ([^/\s]+)/m.exec(text)?.[1] ?? ''
  return { host, clientId, address, text, privateKey, publicKey }
}

/** Whether the gateway lets the phone in: it may know of its address too, as one behind another gateway. */
export const letsIn = async (mesh: Mesh, gateway: MeshMember, { publicKey }: Phone): Promise<boolean> => {
  const { peers } = await mesh.tunnel(gateway)
  return peers.some((peer) => peer.publicKey === publicKey)
}

/** Waits until the gateway does so no more, for ten seconds at most; in milliseconds. */
export async function cutOffMs(mesh: Mesh, gateway: MeshMember, phone: Phone): Promise<number | undefined> {
  const startedAt = performance.now()
  const isOut = async () => !(await letsIn(mesh, gateway, phone))
  const isCut = await waitUntil(`${gateway.name} lets ${phone.host.name} in no more`, isOut).catch(() => false)
  return isCut ? Math.round(performance.now() - startedAt) : undefined
}

/** So long without an answer, where one is due every 20 ms, no more will come. */
const QUIET_MS = 1_000

/** From when `cut` is begun until the last ping was answered; `undefined`: they go on after ten seconds. */
async function packetsEndMs(from: Host, address: string, cut: () => Promise<unknown>): Promise<number | undefined> {
  const stream = new PingStream(from, address, 20)
  try {
    await waitUntil('pings are answered', () => stream.soFar.received > 20)
    const startedAt = performance.now()
    const last = { received: stream.soFar.received, atMs: startedAt }
    await cut()
    const isQuiet = () => {
      const { received } = stream.soFar
      if (received > last.received) Object.assign(last, { received, atMs: performance.now() })
      return performance.now() - last.atMs > QUIET_MS
    }
    const hasEnded = await waitUntil('they end', isQuiet, { everyMs: 5 }).catch(() => false)
    return hasEnded ? Math.round(last.atMs - startedAt) : undefined
  } finally {
    await stream.stop()
  }
}

export const clientDisable: Scenario = {
  name: 'client-disable',
  summary: 'a client is disabled: its packets end within a second, and go on when it is enabled',
  rows: ['B7'],
  async play(stage) {
    const { mesh, gateway, node } = await startCast(stage, ['gateway', 'node'])
    await mayBeGateways(mesh)
    await command(mesh, { type: 'CreateGateway', nodeId: await nodeOf(mesh, gateway) })
    const phone = await connectPhone(stage, mesh, gateway)
    const to = await mesh.address(node)
    const isReached = async () => (await ping(phone.host, to, 1)) !== undefined
    stage.check('it reaches a node', await waitUntil('it does', isReached).catch(() => false))
    const { clientId } = phone
    const endMs = await packetsEndMs(phone.host, to, () => command(mesh, { type: 'DisableClient', clientId }))
    if (endMs !== undefined) stage.metric('packets-end-ms', endMs)
    // A second is what is asked for; the rest is for a machine with other work.
    const isQuick = endMs !== undefined && endMs < patient(3_000)
    stage.check('disabled, its packets end within 3 s', isQuick, endMs === undefined ? 'they went on' : `${endMs} ms`)
    stage.check('and it reaches nobody', !(await isReached()))
    stage.check('its gateway has no peer for it any more', !(await letsIn(mesh, gateway, phone)))
    await command(mesh, { type: 'EnableClient', clientId })
    // Its session is gone on one side only: WireGuard begins another after 15 s without an answer.
    const back = await waitUntil('it does', isReached, { limitMs: 30_000 }).catch(() => false)
    stage.check('enabled, it reaches the node again', back)
  },
}
