/** The hosts of the world and its phones: keys, the driver, the LAN behind. */
import {
  type ClientId,
  clientFile,
  type DesiredHost,
  type HostDriver,
  type HostId,
  largeMapGet,
  type MeshState,
  reconcile,
} from '@meshfold/core'
import { createLinuxDriver } from '@meshfold/driver-linux'
import * as E from 'fp-ts/lib/Either.js'
import type { Host } from '../net/host.js'
import type { Lab } from '../net/lab.js'
import { ping } from '../net/ping.js'
import type { Keys } from '../net/wireguard-keys.js'
import { waitUntil } from '../wait-until.js'
import { shellRunner } from './shell-runner.js'
import { siteInterface, siteRanges } from './sites.js'

/** The interface that the driver owns. */
const interfaceName = 'mesh0'

/** A host that may be in a mesh, and the machine of its LAN. */
export interface WorldHost {
  readonly number: number
  readonly hostId: HostId
  readonly host: Host
  readonly machine: Host
  readonly keys: Keys
  readonly driver: HostDriver
}

/** A device that plays a client. */
export interface Phone {
  readonly host: Host
  readonly keys: Keys
}

/** The host is the way out of its LAN, as an office's router is. */
export async function layLan(lab: Lab, number: number, host: Host, machine: Host): Promise<void> {
  const [own4, own6, common4, common6] = siteRanges(number)
  if (own4 === undefined || own6 === undefined || common4 === undefined || common6 === undefined)
    throw new TypeError('four ranges')
  const lan = await lab.lan(`lan-${number}`, { network: '10.255.255' })
  await lan.attach([host], siteInterface)
  await lan.attach([machine], 'eth0')
  const addresses = (of: 'router' | 'machine', name: string) => [
    `addr flush dev ${name} scope global`,
    ...[own4, common4].map((range) => `addr add ${range[of]}/24 dev ${name}`),
    ...[own6, common6].map((range) => `addr add ${range[of]}/64 dev ${name} nodad`),
  ]
  await host.ip(addresses('router', siteInterface))
  await machine.ip([
    ...addresses('machine', 'eth0'),
    `route add default via ${own4.router}`,
    `route add default via ${own6.router}`,
  ])
}

/** Has `wg-quick` take the client's file, and waits for the handshake. */
export async function raisePhone(host: Host, keys: Keys, state: MeshState, clientId: ClientId): Promise<void> {
  const file = clientFile(state, clientId, { privateKey: Buffer.from(keys.privateKey).toString('base64') })
  if (E.isLeft(file)) throw new Error(JSON.stringify(file.left))
  await host.sh(
    `umask 077; cat > /run/phone0.conf <<'FILE'\n${file.right.text}\nFILE\nwg-quick up /run/phone0.conf 2>&1`,
  )
  const gatewayId = largeMapGet(state.clients, clientId)?.gatewayId
  const gateway = gatewayId && largeMapGet(state.nodes, gatewayId)
  const address = gateway?.address4 ?? gateway?.address6 ?? ''
  // Whether an answer may come, policies say; the handshake comes in any case, and that is what is waited for.
  await ping(host, address, 0.05)
  await waitUntil(`${clientId} has shaken hands`, async () => {
    const shown = await host.sh('wg show phone0 latest-handshakes')
    return !/\t0$/m.test(shown)
  })
}

/** Makes the host what it shall be. @throws Error with the report */
export async function converge(driver: HostDriver, desired: DesiredHost | undefined): Promise<void> {
  const report = await reconcile(driver, desired)
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left, null, 1))
}

/** The driver, reaching into the host's namespaces. */
export async function openDriver(host: Host, keys: Keys): Promise<HostDriver> {
  const driver = await createLinuxDriver({
    interfaceName,
    privateKey: async () => E.right(keys.privateKey),
    commandRunner: shellRunner(host),
    socketFolder: `/proc/${host.pid}/root/run/wireguard`,
    rootFolder: `/proc/${host.pid}/root`,
  })
  if (E.isLeft(driver)) throw new Error(JSON.stringify(driver.left))
  return driver.right
}
