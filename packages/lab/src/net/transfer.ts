/** Bytes over TCP, as much as a program can give. */
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'

const port = 7009

const take = `let bytes = 0
require('net').createServer((socket) => socket.on('data', (part) => {
  bytes += part.length
  if (bytes === Number(process.argv[2])) socket.end('all')
})).listen(Number(process.argv[1]), '::', () => console.log('ready'))`
const give = `const socket = require('net').connect(Number(process.argv[2]), process.argv[1])
socket.on('data', (text) => console.log(String(text))).on('error', () => process.exit(1)).on('close', () => process.exit(0))
socket.write(Buffer.alloc(Number(process.argv[3])))`

/** From one host to another one's address; the seconds that it took, `undefined`: not all arrived within `limitMs`. */
export async function transfer(
  from: Host,
  to: Host,
  address: string,
  { bytes, limitMs = 30_000 }: { readonly bytes: number; readonly limitMs?: number },
): Promise<number | undefined> {
  const taking = to.spawn(process.execPath, ['-e', take, String(port), String(bytes)])
  let said = ''
  taking.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(`${to.name} listens`, () => said.includes('ready') || undefined)
  const since = performance.now()
  const args = ['-e', give, address, String(port), String(bytes)]
  const { stdout } = await from.run(process.execPath, args, { limitMs })
  const seconds = (performance.now() - since) / 1_000
  await taking.kill('SIGKILL')
  await taking.ended
  return stdout.includes('all') ? seconds : undefined
}
