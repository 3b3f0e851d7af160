/** A TCP connection that is in use all the time: whether it lives through what happens, and how long it was silent. */
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'
import type { HostProcess } from './host-process.js'

const everyMs = 50
const serve = `require('net').createServer((socket) => {
  socket.setNoDelay(true).on('error', () => {})
  const timer = setInterval(() => socket.write('x'), ${everyMs})
  socket.on('close', () => clearInterval(timer))
}).listen(Number(process.argv[1]), '::', () => console.log('ready'))`
const listen = `const socket = require('net').connect(Number(process.argv[2]), process.argv[1])
socket.on('data', () => console.log('x')).on('error', (error) => { console.log('!' + error.message); process.exit(1) })
socket.on('close', () => process.exit(1))`

/** One connection over which one end sends something every 50 ms. */
export class TcpStream {
  readonly #ends: readonly HostProcess[]
  #lastAtMs = performance.now()
  #longestSilenceMs = 0
  #pieces = 0

  private constructor(ends: readonly HostProcess[]) {
    this.#ends = ends
  }

  /** From `host` to a port at `address` of `server`, where something listens from now on. Flows once it is there. */
  static async open(host: Host, server: Host, address: string, port = 7007): Promise<TcpStream> {
    const serving = server.spawn(process.execPath, ['-e', serve, String(port)])
    let said = ''
    serving.child.stdout?.on('data', (text: Buffer) => {
      said += text.toString()
    })
    await waitUntil(`${server.name} serves`, () => said.includes('ready') || undefined)
    const listening = host.spawn(process.execPath, ['-e', listen, address, String(port)])
    const stream = new TcpStream([listening, serving])
    listening.child.stdout?.on('data', (text: Buffer) => stream.#take(text.toString()))
    await waitUntil('the stream flows', () => stream.#pieces > 3 || undefined)
    stream.#longestSilenceMs = 0
    return stream
  }

  /** Whether it is the connection that it was. */
  get isOpen(): boolean {
    return this.#ends.every((end) => end.running)
  }

  /** Pieces that came so far. */
  get pieces(): number {
    return this.#pieces
  }

  /** How long at most nothing came. */
  get longestSilenceMs(): number {
    return Math.max(this.#longestSilenceMs, performance.now() - this.#lastAtMs)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end.kill('SIGKILL')))
  }

  #take(text: string): void {
    const nowMs = performance.now()
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, nowMs - this.#lastAtMs)
    this.#lastAtMs = nowMs
    this.#pieces += text.split('\n').filter((line) => line === 'x').length
  }
}
