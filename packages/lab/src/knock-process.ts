/**
 * TCP and UDP that somebody answers, and somebody who tries them. Started by `net/knock.ts`; imports nothing of this package.
 *
 * `answer`: says on some ports who it is and whom it sees, and on others sends a byte every 50 ms to whoever came; `ready` is printed
 * once all of them listen. `knock`: reads tries from stdin and prints what came of each, as one JSON list.
 * `follow`: prints a line for each piece that a stream sends.
 */
import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'

interface Knock {
  readonly from: string | null
  readonly to: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly limitMs: number
}

const streamMs = 50
const longestMs = 20_000
const ports = (list: string | undefined): readonly number[] => (list ?? '').split(',').filter(Boolean).map(Number)
const udpSockets = (): readonly Socket[] => [
  createSocket({ type: 'udp4', reuseAddr: true }),
  createSocket({ type: 'udp6', ipv6Only: true, reuseAddr: true }),
]

/** Of IPv4 in IPv6's clothes, what it is. */
const plain = (address = ''): string => address.replace(/^::ffff:(?=\d+\.)/, '')

function answerOnce(name: string, port: number): void {
  const says = (source: string | undefined) => `${name} ${plain(source)}`
  createServer((socket) => socket.on('error', () => {}).end(says(socket.remoteAddress))).listen(port, '::')
  const answering = (udp: Socket) =>
    udp.on('message', (asked, from) =>
      udp.send(`${says(from.address)}${asked.toString().slice(1)}`, from.port, from.address, () => {}),
    )
  for (const udp of udpSockets()) answering(udp).bind(port)
  // What is asked at one address must not be answered from another: a socket for each address that is here by now.
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((each) => each ?? []))
    if (!address.startsWith('fe80:'))
      answering(createSocket({ type: family === 'IPv4' ? 'udp4' : 'udp6', reuseAddr: true })).bind(port, address)
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

/** A busy machine may let this process look at what came only after the time is over: it looks once more. */
const afterALastLook = (limitMs: number, end: () => void): void => void setTimeout(() => setTimeout(end, 20), limitMs)

const overTcp = ({ from, to, port, limitMs }: Knock): Promise<string | null> =>
  new Promise((resolve) => {
    connect({ host: to, port, ...(from === null ? {} : { localAddress: from }) })
      .once('data', (said) => resolve(said.toString()))
      .once('error', () => resolve(null))
    afterALastLook(limitMs, () => resolve(null))
  })

/** An answer to somebody else of the same address and port may come here: it says what was asked. */
const overUdp = ({ from, to, port, limitMs }: Knock): Promise<string | null> =>
  new Promise((resolve) => {
    const token = ` ${randomUUID()}`
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4')
    const ask = () => socket.send(`?${token}`, port, to, () => {})
    const again = setInterval(ask, 300)
    const end = (answer: string | null) => {
      clearInterval(again)
      resolve(answer)
    }
    socket
      .on('message', (said) => {
        const answer = said.toString()
        if (answer.endsWith(token)) end(answer.slice(0, -token.length))
      })
      .on('error', () => end(null))
    socket.bind(0, from ?? undefined, ask)
    afterALastLook(limitMs, () => end(null))
  })

function follow(to: string, port: number): void {
  connect({ host: to, port })
    .on('data', () => console.log('tcp'))
    .on('error', () => {})
  const udp = createSocket(to.includes(':') ? 'udp6' : 'udp4').on('message', () => console.log('udp'))
  udp.send('?', port, to, () => {})
  setTimeout(() => process.exit(0), longestMs)
}

const [mode, first, second, name = 'somebody'] = process.argv.slice(2)
if (mode === 'answer') {
  for (const port of ports(first)) answerOnce(name, port)
  for (const port of ports(second)) stream(port)
  setTimeout(() => console.log('ready'), 50)
}
if (mode === 'knock') {
  const knocks = JSON.parse(await text(process.stdin)) as readonly Knock[]
  console.log(
    JSON.stringify(await Promise.all(knocks.map((each) => (each.protocol === 'tcp' ? overTcp : overUdp)(each)))),
  )
  process.exit(0)
}
if (mode === 'follow') follow(first ?? '', Number(second))
