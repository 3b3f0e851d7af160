import { type IpAddress, ipAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import type { ControlPort, ControlPortEvents } from '../agent/control-port.js'
import { openUdpControlPort } from './udp-control-port.js'

/** Loopback addresses of this process: runs beside each other don't meet. */
const own = (number: number): IpAddress =>
  ipAddress(`127.${1 + (process.pid % 250)}.${Math.floor(process.pid / 250) % 250}.${number}`)
const [one, other, nobody] = [own(1), own(2), own(3)] as const

const opened = async (address: IpAddress, events: Partial<ControlPortEvents>): Promise<ControlPort> => {
  const port = await openUdpControlPort(address, { onMessage: () => {}, onRefused: () => {}, ...events })
  if (E.isLeft(port)) throw new Error(port.left)
  return port.right
}

/** A promise, and what keeps it. */
function promised<A>(): { readonly promise: Promise<A>; readonly resolve: (kept: A) => void } {
  let resolve: (kept: A) => void = () => {}
  const promise = new Promise<A>((keep) => {
    resolve = keep
  })
  return { promise, resolve }
}

test.skipIf(process.platform !== 'linux')(
  'a probe leaves from a socket of its own, and the answer comes to the control port',
  async () => {
    const there: ControlPort = await opened(other, {
      onMessage: (from, text) => there.send(from, `${text} from ${from}`),
    })
    const heard = promised<string>()
    const here = await opened(one, { onMessage: (from, text) => heard.resolve(`${from}: ${text}`) })
    here.probe(other, 'ping')
    expect(await heard.promise).toBe(`${other}: ping from ${one}`)
    here.close()
    there.close()
  },
)

test.skipIf(process.platform !== 'linux')('what is asked at one moment is asked: all of it leaves', async () => {
  const heard: string[] = []
  const all = promised<void>()
  const there = await opened(own(5), {
    onMessage: (_, text) => {
      heard.push(text)
      if (heard.length === 3) all.resolve()
    },
  })
  const here = await opened(own(6), {})
  for (const text of ['how far', 'where am I', 'are you there']) here.probe(own(5), text)
  await all.promise
  expect(heard.sort()).toEqual(['are you there', 'how far', 'where am I'])
  here.close()
  there.close()
})

test.skipIf(process.platform !== 'linux')('where no way leads, a probe is missed, and so is the next', async () => {
  const here = await opened(own(7), {})
  for (let probes = 0; probes < 2; probes += 1) {
    // Not from a loopback address: the kernel refuses to connect.
    here.probe(ipAddress('192.0.2.1'), 'ping')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  here.close()
})

test.skipIf(process.platform !== 'linux')(
  'where nobody listens a refusal is heard; an address that is not ours is said',
  async () => {
    const refused = promised<IpAddress>()
    const here = await opened(own(4), { onRefused: refused.resolve })
    here.probe(nobody, 'ping')
    expect(await refused.promise).toBe(nobody)
    here.close()
    const foreign = await openUdpControlPort(ipAddress('192.0.2.1'), { onMessage: () => {}, onRefused: () => {} })
    expect(E.isLeft(foreign)).toBe(true)
  },
)
