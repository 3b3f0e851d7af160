/** What drivers with one fault each are made of. */
import * as E from 'fp-ts/lib/Either.js'
import type { HostDriver } from '../../ports/host-driver.js'
import type { HostChange } from '../../reconcile/host-change.js'
import type { ObservedHost, ObservedPeer } from '../../reconcile/observed-host.js'
import type { SimulatedHost } from '../simulated-host.js'

/** A fault, the case that must find it, and how it comes about on a host that is otherwise right. */
export interface BrokenDriver {
  readonly fault: string
  readonly caughtBy: string
  readonly spoil: (driver: SimulatedHost) => HostDriver
}

type Execute = HostDriver['execute']

/** Everything that is not overridden goes to the right driver. */
export const replacing = (driver: SimulatedHost, overrides: Partial<HostDriver>): HostDriver => ({
  capabilities: driver.capabilities,
  observe: () => driver.observe(),
  execute: (change) => driver.execute(change),
  close: () => driver.close(),
  ...overrides,
})

/** A driver whose `execute` is another. */
export const withExecute =
  (execute: (driver: SimulatedHost, change: HostChange) => ReturnType<Execute>) => (driver: SimulatedHost) =>
    replacing(driver, { execute: (change) => execute(driver, change) })

/** A driver that takes one kind of change for done. */
export const ignoring = (kind: HostChange['kind']) =>
  withExecute(async (driver, change) => (change.kind === kind ? E.right(undefined) : driver.execute(change)))

/** A driver that reports something else than it sees. */
export const withObserve = (edit: (host: ObservedHost) => ObservedHost) => (driver: SimulatedHost) =>
  replacing(driver, { observe: async () => E.map(edit)(await driver.observe()) })

/** The host with other peers. */
export const withPeers = (host: ObservedHost, edit: (peer: ObservedPeer) => ObservedPeer): ObservedHost => ({
  ...host,
  peers: new Map([...host.peers].map(([key, peer]) => [key, edit(peer)])),
})

/** The refusal of a driver that minds being asked again. */
export const refused = E.left({ code: 'host-refused', action: 'test', reason: 'it is so already' } as const)

/** What is there between the making of an interface and its first setting. */
export const halfMadeInterface: ObservedHost['interface'] = {
  name: 'mesh0',
  implementation: 'kernel',
  publicKey: undefined,
  listenPort: 0,
  mtuBytes: 1420,
  isUp: false,
  addresses: [],
}
