/**
 * TCP and UDP that somebody answers, and somebody who tries them. Started by `net/knock.ts`; imports nothing of this package.
 *
 * `answer`: says yes on some ports, and on others sends a byte every 50 ms to whoever came, until `ready` is printed all of them listen.
 * `knock`: tries ports and prints who said yes, as one JSON list. `follow`: prints a line for each piece that a stream sends.
 */
import { createSocket, type Socket } from 'node:dgram'
import { connect, createServer } from 'node:net'

interface Knock {
  readonly from: string | null
  readonly to: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

const streamMs = 50
const longestMs = 20_000
const ports = (text: string | undefined): readonly number[] => (text ?? '').split(',').filter(Boolean).map(Number)
const udpSockets = (): readonly Socket[] => [createSocket('udp4'), createSocket({ type: 'udp6', ipv6Only: true })]

function answerOnce(port: number): void {
  createServer((socket) => socket.on('error', () => {}).end('yes')).listen(port, '::')
  for (const udp of udpSockets())
    udp.on('message', (_text, from) => udp.send('yes', from.port, from.address, () => {})).bind(port)
}

function stream(port: number): void {
  createServer((socket) => {
    const sending = setInterval(() => socket.write('.'), streamMs)
    socket.on('error', () => {}).on('close', () => clearInterval(sending))
  }).listen(port, '::')
  for (const udp of udpSockets())
    udp
      .on('message', (_text, from) => {
        const sending = setInterval(() => udp.send('.', from.port, from.address, () => {}), streamMs)
        setTimeout(() => clearInterval(sending), longestMs)
      })
      .bind(port)
}

const overTcp = ({ from, to, port }: Knock, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    connect({ host: to, port, ...(from === null ? {} : { localAddress: from }) })
      .once('data', () => resolve(true))
      .once('error', () => resolve(false))
    setTimeout(() => resolve(false), limitMs)
  })

const overUdp = ({ from, to, port }: Knock, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4')
    const ask = () => socket.send('?', port, to, () => {})
    socket.once('message', () => resolve(true)).on('error', () => {})
    socket.bind(0, from ?? undefined, ask)
    const again = setInterval(ask, limitMs / 3)
    setTimeout(() => {
      clearInterval(again)
      resolve(false)
    }, limitMs)
  })

function follow(to: string, port: number): void {
  connect({ host: to, port })
    .on('data', () => console.log('tcp'))
    .on('error', () => {})
  const udp = createSocket(to.includes(':') ? 'udp6' : 'udp4').on('message', () => console.log('udp'))
  udp.send('?', port, to, () => {})
  setTimeout(() => process.exit(0), longestMs)
}

const [mode, first, second] = process.argv.slice(2)
if (mode === 'answer') {
  for (const port of ports(first)) answerOnce(port)
  for (const port of ports(second)) stream(port)
  setTimeout(() => console.log('ready'), 50)
}
if (mode === 'knock') {
  const knocks = JSON.parse(first ?? '[]') as readonly Knock[]
  const limitMs = Number(second)
  const open = await Promise.all(knocks.map((each) => (each.protocol === 'tcp' ? overTcp : overUdp)(each, limitMs)))
  console.log(JSON.stringify(open))
  process.exit(0)
}
if (mode === 'follow') follow(first ?? '', Number(second))
