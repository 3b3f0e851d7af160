// Answers TCP and UDP on ports, once or for as long as somebody listens; or knocks at others' ports and tells who let it in, or
// follows what one sends and tells of each piece. No packet but these.
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'

/** @typedef {{ from: string, to: string, protocol: 'tcp' | 'udp', port: number }} Knock */

const [mode, json = ''] = process.argv.slice(2)
/** @type {{ ports: number[], streaming: number[], limitMs: number, knocks: Knock[], followed: { to: string, port: number } }} */
const plan = JSON.parse(json)

if (mode === 'answer') {
  for (const port of plan.ports) {
    createServer((socket) => socket.on('error', () => {}).end('yes')).listen(port, '::')
    for (const udp of [createSocket('udp4'), createSocket({ type: 'udp6', ipv6Only: true })]) {
      udp.on('message', (_text, from) => udp.send('yes', from.port, from.address, () => {}))
      udp.bind(port)
    }
  }
  for (const port of plan.streaming) {
    createServer((socket) => {
      const sending = setInterval(() => socket.write('.'), 50)
      socket.on('error', () => {}).on('close', () => clearInterval(sending))
    }).listen(port, '::')
    const udp = createSocket('udp4')
    udp.on('message', (_text, from) => {
      const sending = setInterval(() => udp.send('.', from.port, from.address, () => {}), 50)
      setTimeout(() => clearInterval(sending), 20_000)
    })
    udp.bind(port)
  }
  console.log('ready')
} else if (mode === 'follow') {
  const { to, port } = plan.followed
  connect({ host: to, port })
    .on('data', () => console.log('tcp'))
    .on('error', () => {})
  const udp = createSocket('udp4').on('message', () => console.log('udp'))
  udp.send('?', port, to)
  setTimeout(() => process.exit(0), 20_000)
} else {
  const verdicts = await Promise.all(
    plan.knocks.map((knock) => (knock.protocol === 'tcp' ? overTcp(knock) : overUdp(knock))),
  )
  console.log(JSON.stringify(verdicts))
  process.exit(0)
}

/** @param {Knock} knock */
function overTcp({ from, to, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: from })
    socket.once('data', () => resolve(true))
    socket.once('error', () => resolve(false))
    setTimeout(() => resolve(false), plan.limitMs)
  })
}

/** @param {Knock} knock */
function overUdp({ from, to, port }) {
  return new Promise((resolve) => {
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4')
    const knockOnce = () => socket.send('?', port, to, () => {})
    socket.once('message', () => resolve(true))
    socket.on('error', () => {})
    socket.bind(0, from, knockOnce)
    const again = setInterval(knockOnce, plan.limitMs / 3)
    setTimeout(() => {
      clearInterval(again)
      resolve(false)
    }, plan.limitMs)
  })
}
