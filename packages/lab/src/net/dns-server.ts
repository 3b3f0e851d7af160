/** A name server of the smallest kind: every name that is asked for has one address, which tells who answered. */
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'
import type { HostProcess } from './host-process.js'

/** Answers type A with the address, and everything else with nothing; prints each name that it is asked for. */
const answerNames = `
const socket = require('node:dgram').createSocket(process.argv[1].includes(':') ? 'udp6' : 'udp4')
const address = process.argv[2].split('.').map(Number)
socket.on('message', (query, from) => {
  let at = 12
  const labels = []
  while (query[at] !== 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]))
    at += 1 + query[at]
  }
  const question = query.subarray(12, at + 5)
  const isAddress = query.readUInt16BE(at + 1) === 1
  const head = Buffer.from([query[0], query[1], 0x84 | (query[2] & 1), 0x80, 0, 1, 0, isAddress ? 1 : 0, 0, 0, 0, 0])
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address])
  console.log(labels.join('.'))
  socket.send(Buffer.concat([head, question, isAddress ? answer : Buffer.alloc(0)]), from.port, from.address)
})
socket.bind(53, process.argv[1], () => console.log('ready'))
`

/** A name server on a host. */
export interface DnsServer {
  readonly process: HostProcess
  /** Names that it was asked for, in order. */
  asked(): readonly string[]
}

/** Starts a name server that gives every name `answer`. */
export async function startDnsServer(host: Host, at: string, answer: string): Promise<DnsServer> {
  const process_ = host.spawn(process.execPath, ['-e', answerNames, at, answer])
  let said = ''
  process_.child.stdout?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(`${host.name} answers for names`, () => said.includes('ready\n') || undefined)
  return { process: process_, asked: () => said.split('\n').slice(1, -1) }
}
