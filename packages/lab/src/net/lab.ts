import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sandboxMark } from '../sandbox/run-in-sandbox.js'
import { capture } from './capture.js'
import { Host } from './host.js'
import { Lan, type LanPlan } from './lan.js'
import { NatBox, type NatBoxPlan } from './nat-box.js'
import { Router } from './router.js'
import type { WireSettings } from './wire.js'

export interface LabOptions {
  /** Where logs, keys and databases go; kept afterwards. Without it, a temporary folder that is removed unless `keepData` is called. */
  readonly dataFolder?: string
  /** Every host's packets are written there, for tcpdump and Wireshark: `<host>.pcap`. */
  readonly pcapFolder?: string
}

/** One test's world: an internet, hosts on it, and what stands between. Closing it removes everything. */
export class Lab implements AsyncDisposable {
  readonly #closing: (() => Promise<void>)[] = []
  readonly #hosts: Host[] = []
  #keepsData = false

  private constructor(
    readonly inet: Router,
    readonly dataFolder: string,
    readonly pcapFolder: string | undefined,
  ) {}

  /** @throws Error outside a sandbox: the machine's own interfaces must be out of reach */
  static async open(options: LabOptions = {}): Promise<Lab> {
    if (process.env[sandboxMark] !== '1') {
      throw new Error(`The lab runs inside a sandbox only (${sandboxMark} is not 1). Start it through sandbox-exec.`)
    }
    const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'meshfold-lab-')))
    const inet = await Router.open('inet')
    const lab = new Lab(inet, dataFolder, options.pcapFolder)
    if (options.dataFolder === undefined) lab.onClose(() => lab.#removeData())
    lab.onClose(() => inet.close())
    return lab
  }

  /** Hosts that hang on nothing yet. */
  async hosts<const Names extends readonly string[]>(names: Names): Promise<{ [Name in keyof Names]: Host }> {
    const hosts = await Promise.all(names.map((name) => Host.open(name)))
    for (const host of hosts) this.#keep(host)
    const { pcapFolder } = this
    if (pcapFolder !== undefined) await Promise.all(hosts.map((host) => capture(host, pcapFolder)))
    return hosts as { [Name in keyof Names]: Host }
  }

  /** Hosts on the internet, with addresses of their own. A wire makes them far away. */
  async publicHosts<const Names extends readonly string[]>(
    names: Names,
    wire?: WireSettings,
  ): Promise<{ [Name in keyof Names]: Host }> {
    const hosts = await this.hosts(names)
    await this.inet.attach(hosts.map((host) => (wire === undefined ? { host } : { host, wire })))
    return hosts
  }

  /** A NAT box on the internet, or behind another one. */
  async natBox(name: string, plan: Omit<NatBoxPlan, 'behind'> & Partial<NatBoxPlan>): Promise<NatBox> {
    const box = await NatBox.open(name, { behind: this.inet, ...plan })
    this.#keep(box.host)
    return box
  }

  /** A LAN of its own, with no way out but the hosts that are plugged in. */
  async lan(name: string, plan: Omit<LanPlan, 'gateway'>): Promise<Lan> {
    const [holder] = await this.hosts([name])
    return Lan.open(holder, 'br0', { ...plan, gateway: false })
  }

  /** All hosts, the internet and the boxes among them. */
  get everyHost(): readonly Host[] {
    return [this.inet.host, ...this.#hosts]
  }

  /** Has something done before the lab is gone; the last wish comes first. */
  onClose(work: () => Promise<void>): void {
    this.#closing.push(work)
  }

  /** A temporary data folder stays when the lab is closed. */
  keepData(): void {
    this.#keepsData = true
  }

  async #removeData(): Promise<void> {
    if (!this.#keepsData) await rm(this.dataFolder, { recursive: true, force: true })
  }

  #keep(host: Host): void {
    this.#hosts.push(host)
    this.onClose(() => host.close())
  }

  async close(): Promise<void> {
    for (const work of this.#closing.splice(0).reverse()) await work()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
