import { Host } from './host.js'
import { Lan, type LanPort } from './lan.js'
import { type NatKind, type PortForward, renderNatRules } from './nat-rules.js'
import type { Router } from './router.js'
import { quote } from './shell-channel.js'

export interface NatBoxPlan {
  readonly kind: NatKind
  /** What it hangs on: the internet, or another box (a provider's carrier-grade NAT). */
  readonly behind: Router | NatBox
  /** First three numbers of the /24 inside: `192.168.1` for a home, `100.64.0` for a provider. */
  readonly network: string
}

const outside = 'eth0'

/** A home router, an office's firewall or a provider's NAT: one address outside, an IPv4 LAN inside. */
export class NatBox {
  readonly #forwards: PortForward[] = []

  private constructor(
    readonly host: Host,
    readonly lan: Lan,
    readonly kind: NatKind,
    /** Its address on the outside, as the next box or the internet sees it. */
    readonly outsideIpv4: string,
  ) {}

  static async open(name: string, { kind, behind, network }: NatBoxPlan): Promise<NatBox> {
    const host = await Host.open(name)
    const outsideIpv4 = await plugIn(host, behind)
    await host.sh('echo 1 > /proc/sys/net/ipv4/ip_forward')
    const lan = await Lan.open(host, 'br0', { network, gateway: true })
    const box = new NatBox(host, lan, kind, outsideIpv4)
    await box.#load()
    return box
  }

  /** Plugs hosts into the LAN inside. */
  attach(hosts: readonly Host[]): Promise<readonly LanPort[]> {
    return this.lan.attach(hosts)
  }

  /** A UDP port of the outside address leads to a host inside from now on. */
  async forwardPort(outsidePort: number, to: Host, port: number): Promise<void> {
    this.#forwards.push({ outsidePort, to: this.lan.port(to).ipv4, port })
    await this.#load()
  }

  /** Forgets all mappings at once, as a box does that was switched off and on. */
  async forgetMappings(): Promise<void> {
    await this.host.sh('conntrack -F')
  }

  /** How long an idle UDP mapping lives. */
  async setUdpTimeout(seconds: number): Promise<void> {
    const folder = '/proc/sys/net/netfilter'
    const files = ['nf_conntrack_udp_timeout', 'nf_conntrack_udp_timeout_stream']
    await this.host.sh(files.map((file) => `echo ${seconds} > ${folder}/${file}`).join(' && '))
  }

  async #load(): Promise<void> {
    const rules = renderNatRules({ kind: this.kind, outside, forwards: this.#forwards })
    await this.host.sh(`printf '%s\\n' ${quote(rules)} | nft -f -`)
  }
}

async function plugIn(host: Host, behind: Router | NatBox): Promise<string> {
  if (behind instanceof NatBox) {
    const [port] = await behind.lan.attach([host], outside)
    if (port === undefined) throw new Error(`${host.name} could not be plugged into ${behind.host.name}.`)
    return port.ipv4
  }
  await behind.attach([{ host }])
  return behind.uplink(host).address.ipv4
}
