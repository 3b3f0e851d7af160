import type { Host } from './host.js'
import { layCables } from './links.js'

export interface LanPlan {
  /** First three numbers of its IPv4 /24, `192.168.1` for example. */
  readonly network: string
  /** First four groups of its IPv6 /64, `fd00:1:2:3` for example. Without it the LAN speaks IPv4 only. */
  readonly network6?: string
  /** Whether the holder has address 1 and is everybody's default gateway; otherwise it is a mere switch. */
  readonly gateway: boolean
}

/** A host's place on a LAN. */
export interface LanPort {
  readonly host: Host
  readonly interfaceName: string
  readonly ipv4: string
  readonly ipv6: string | undefined
}

/** Hosts on one Ethernet segment: a bridge in its holder's namespace. */
export class Lan {
  readonly #ports: LanPort[] = []

  private constructor(
    readonly holder: Host,
    readonly bridge: string,
    readonly plan: LanPlan,
  ) {}

  /** Makes the segment; `bridge` is the interface's name on the holder. */
  static async open(holder: Host, bridge: string, plan: LanPlan): Promise<Lan> {
    const addresses = [`addr add ${plan.network}.1/24 dev ${bridge}`]
    if (plan.network6 !== undefined) addresses.push(`addr add ${plan.network6}::1/64 dev ${bridge} nodad`)
    await holder.ip([
      `link add ${bridge} type bridge forward_delay 0`,
      `link set ${bridge} up`,
      ...(plan.gateway ? addresses : []),
    ])
    return new Lan(holder, bridge, plan)
  }

  /**
   * Plugs hosts in and gives them addresses from 10 on. Where the LAN has a gateway it becomes their default route,
   * unless they have one.
   */
  async attach(hosts: readonly Host[], interfaceName = 'eth0'): Promise<readonly LanPort[]> {
    const ports = hosts.map((host, index) => this.#plan(host, interfaceName, this.#ports.length + index))
    const cables = ports.map(
      (port, index) =>
        [port, { host: this.holder, interfaceName: this.#switchPort(this.#ports.length + index) }] as const,
    )
    await layCables(cables)
    await this.holder.ip(cables.map(([, { interfaceName: port }]) => `link set ${port} master ${this.bridge} up`))
    await Promise.all(ports.map((port) => this.#configure(port)))
    this.#ports.push(...ports)
    return ports
  }

  /** A host's place on this LAN. */
  port(host: Host): LanPort {
    const port = this.#ports.find((candidate) => candidate.host === host)
    if (port === undefined) throw new Error(`${host.name} is not on ${this.holder.name}'s ${this.bridge}.`)
    return port
  }

  #switchPort(index: number): string {
    return `${this.bridge}p${index}`
  }

  #plan(host: Host, interfaceName: string, index: number): LanPort {
    const { network, network6 } = this.plan
    const number = 10 + index
    return {
      host,
      interfaceName,
      ipv4: `${network}.${number}`,
      ipv6: network6 === undefined ? undefined : `${network6}::${number}`,
    }
  }

  async #configure({ host, interfaceName, ipv4, ipv6 }: LanPort): Promise<void> {
    const { network, network6, gateway } = this.plan
    const lines = [`link set ${interfaceName} up`, `addr add ${ipv4}/24 dev ${interfaceName}`]
    if (ipv6 !== undefined) lines.push(`addr add ${ipv6}/64 dev ${interfaceName} nodad`)
    await host.ip(lines)
    if (!gateway) return
    await host.sh(`ip route show default | grep -q . || ip route add default via ${network}.1`)
    if (network6 === undefined) return
    await host.sh(`ip -6 route show default | grep -q . || ip -6 route add default via ${network6}::1`)
  }
}
