/** A LAN behind a member, with a machine in it that answers and tells whom it saw. */
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { answerOn, ask } from '../net/knock.js'
import { waitUntil } from '../wait-until.js'
import { command, nodeOf } from './mesh-commands.js'
import type { Stage } from './scenario.js'

const port = 80
/** Enough on a busy machine for what is to come, and what nobody waits for in vain where nothing is to come. */
const limitMs = 900

export interface Office {
  readonly machine: Host
  readonly ranges: { readonly ipv4: string; readonly ipv6: string }
  readonly addresses: { readonly ipv4: string; readonly ipv6: string }
  /** The router's addresses on the LAN. */
  readonly router: { readonly ipv4: string; readonly ipv6: string }
}

/** `number` tells its ranges from others: 192.168.<number>.0/24 and fd77:0:0:<number>::/64. `routerPort` is the router's interface there. */
export async function openOffice(
  stage: Stage,
  router: Pick<MeshMember, 'host'>,
  number: number,
  name: string,
  routerPort = 'eth1',
): Promise<Office> {
  const [network, network6] = [`192.168.${number}`, `fd77:0:0:${number}`]
  const lan = await stage.lab.lan(`${name}-lan`, { network, network6 })
  const [machine] = await stage.lab.hosts([name])
  const [own] = await lan.attach([router.host], routerPort)
  const [place] = await lan.attach([machine])
  if (own?.ipv6 === undefined || place?.ipv6 === undefined) throw new Error(`${name} has no addresses.`)
  await answerOn(machine, { ports: [port] })
  return {
    machine,
    ranges: { ipv4: `${network}.0/24`, ipv6: `${network6}::/64` },
    addresses: { ipv4: place.ipv4, ipv6: place.ipv6 },
    router: { ipv4: own.ipv4, ipv6: own.ipv6 },
  }
}

/** The machine finds its way to the mesh by its router: what an office's own routing has to do where nothing masquerades. */
export async function routeBack({ machine, router }: Office): Promise<void> {
  await machine.ip([`route add default via ${router.ipv4}`, `route add default via ${router.ipv6}`])
}

/** Makes an egress of the office's ranges; its id. */
export async function addEgress(mesh: Mesh, router: MeshMember, office: Office, more: object = {}): Promise<string> {
  const added = await command(mesh, {
    type: 'AddEgress',
    networkId: mesh.networkId,
    name: `office ${office.ranges.ipv4}`,
    ranges: [office.ranges.ipv4, office.ranges.ipv6],
    routers: [{ nodeId: await nodeOf(mesh, router), interfaceName: 'eth1' }],
    ...more,
  })
  return added.events[0]?.egressId ?? ''
}

/** Who answers at an address over TCP, and whom it saw: `office 10.66.0.2`; `undefined`: nobody. */
export async function answerFrom(host: Host, to: string): Promise<string | undefined> {
  const [answer] = await ask(host, [{ from: null, to, protocol: 'tcp', port, limitMs }])
  return answer ?? undefined
}

/** Waits for an answer; `undefined` if none comes for 15 s. */
export function awaitAnswer(host: Host, to: string): Promise<string | undefined> {
  return waitUntil(`${to} answers`, () => answerFrom(host, to), { limitMs: 15_000 }).catch(() => undefined)
}
