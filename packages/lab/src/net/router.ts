import { Host } from './host.js'
import { type LinkEnds, layCables } from './links.js'
import {
  type AddressPair,
  noRules,
  type RouterRules,
  readPacketCount,
  renderRouterRules,
  routerSets,
  routerTable,
} from './router-rules.js'
import { quote } from './shell-channel.js'
import { dropAddressLines, hostLines, routeLines, routerLines, type Uplink } from './uplink.js'
import { layWire, type WireSettings } from './wire.js'

export interface AttachRequest {
  readonly host: Host
  /** Lays a userspace wire with delay, jitter and loss instead of a cable. */
  readonly wire?: WireSettings
}

/** The interface by which a host reaches the router. */
const uplinkName = 'eth0'

/**
 * The internet of a lab: hosts hang on it one by one, each with an IPv4 /32 and an IPv6 /128 and no neighbour, so that
 * every packet between two of them is forwarded here, where it can be counted or dropped.
 */
export class Router implements AsyncDisposable {
  readonly #uplinks = new Map<Host, Uplink>()
  #rules: RouterRules = noRules
  #cuts: readonly (readonly [Host, Host])[] = []
  #isolated: readonly Host[] = []
  #nextNumber = 1

  private constructor(readonly host: Host) {}

  static async open(name: string): Promise<Router> {
    const host = await Host.open(name)
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward'
    const forward6 = '[ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
    await host.sh(`${forward}; ${forward6}`)
    const router = new Router(host)
    await router.#nft(`${routerSets}\n${renderRouterRules(noRules)}`)
    return router
  }

  /** Gives each host a cable, addresses and a default route, all of them in a few processes. */
  async attach(requests: readonly AttachRequest[]): Promise<readonly Uplink[]> {
    const uplinks = await Promise.all(requests.map((request) => this.#plan(request)))
    await layCables(uplinks.filter(({ wire }) => wire === undefined).map((uplink) => this.#cable(uplink)))
    await this.host.ip(uplinks.flatMap(routerLines))
    await Promise.all(uplinks.map((uplink) => uplink.host.ip(hostLines(uplink))))
    for (const uplink of uplinks) this.#uplinks.set(uplink.host, uplink)
    return uplinks
  }

  /** A host's cable to this router. */
  uplink(host: Host): Uplink {
    const uplink = this.#uplinks.get(host)
    if (uplink === undefined) throw new Error(`${host.name} is not attached to ${this.host.name}.`)
    return uplink
  }

  /** Gives a host another address, the old one taken away: what a laptop does that changes its network. */
  async readdress(host: Host): Promise<AddressPair> {
    const before = this.uplink(host)
    const after = { ...before, address: this.#nextAddress() }
    this.#uplinks.set(host, after)
    await this.host.ip(routeLines(after, 'replace'))
    await host.ip([...hostLines(after).slice(1), ...dropAddressLines(before)])
    await this.host.ip(routeLines(before, 'del'))
    await this.#load({})
    return after.address
  }

  /** Two hosts hear nothing of each other, until healed. */
  async partition(a: Host, b: Host): Promise<void> {
    this.#cuts = [...this.#cuts, [a, b]]
    await this.#load({})
  }

  async heal(a: Host, b: Host): Promise<void> {
    this.#cuts = this.#cuts.filter((cut) => !(cut.includes(a) && cut.includes(b)))
    await this.#load({})
  }

  /** A host hears nothing of anybody, until it is restored. */
  async isolate(host: Host): Promise<void> {
    this.#isolated = [...this.#isolated, host]
    await this.#load({})
  }

  async restore(host: Host): Promise<void> {
    this.#isolated = this.#isolated.filter((other) => other !== host)
    await this.#load({})
  }

  /** Loses this share of all packets at random; 0 ends it. */
  async lose(lossPercent: number): Promise<void> {
    await this.#load({ lossPercent })
  }

  /** Further nft rules of the forward chain, instead of the former ones: a firewall that blocks UDP, for example. */
  async firewall(extra: readonly string[]): Promise<void> {
    await this.#load({ extra })
  }

  /** Packets that one host sent to another's present addresses, lost ones included; of both families unless told of which. */
  async packets(from: Host, to: Host, family?: 'ipv4' | 'ipv6'): Promise<number> {
    if (family === undefined) return (await this.packets(from, to, 'ipv4')) + (await this.packets(from, to, 'ipv6'))
    const json = await this.host.sh(`nft -j list set ${routerTable} ${family === 'ipv4' ? 'seen4' : 'seen6'}`)
    return readPacketCount(json, this.uplink(from).address[family], this.uplink(to).address[family])
  }

  async close(): Promise<void> {
    await Promise.all([...this.#uplinks.values()].map(({ wire }) => wire?.close()))
    await this.host.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #plan({ host, wire }: AttachRequest): Promise<Uplink> {
    const address = this.#nextAddress()
    const uplink = { host, interfaceName: uplinkName, routerPort: `p${this.#nextNumber - 1}`, address, wire: undefined }
    return wire === undefined ? uplink : { ...uplink, wire: await layWire(this.#cable(uplink), wire) }
  }

  #nextAddress(): AddressPair {
    const number = this.#nextNumber++
    return {
      ipv4: `198.51.${100 + Math.floor(number / 250)}.${number % 250 || 250}`,
      ipv6: `2001:db8:51::${number.toString(16)}`,
    }
  }

  #cable({ host, interfaceName, routerPort }: Uplink): LinkEnds {
    return [
      { host, interfaceName },
      { host: this.host, interfaceName: routerPort },
    ]
  }

  async #load(change: Partial<Pick<RouterRules, 'lossPercent' | 'extra'>>): Promise<void> {
    const address = (host: Host) => this.uplink(host).address
    this.#rules = {
      ...this.#rules,
      ...change,
      cuts: this.#cuts.map(([a, b]) => [address(a), address(b)] as const),
      isolated: this.#isolated.map(address),
    }
    await this.#nft(renderRouterRules(this.#rules))
  }

  async #nft(rules: string): Promise<void> {
    await this.host.sh(`printf '%s\\n' ${quote(rules)} | nft -f -`)
  }
}
