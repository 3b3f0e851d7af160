import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { decodeWith, type IpAddress, ipAddressCodec, type OutsideFlow, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ServerPlaces } from '../agent/server-keeper.js'
import { writeFileAtomically } from '../state/atomic-file.js'

/** Addresses of earlier look-ups that are kept. */
const MOST_ADDRESSES = 8

export interface ServerPlacesOptions {
  readonly serverUrl: URL
  /** Where addresses are kept. */
  readonly file: string
  /** All addresses of a name; throws where it has none. */
  readonly resolve?: (name: string) => Promise<readonly string[]>
}

/** Looks a server's name up, and remembers what it found; a server that is named by its address is there and nowhere else. */
export function createServerPlaces({ serverUrl, file, resolve = resolveAll }: ServerPlacesOptions): ServerPlaces {
  const name = serverUrl.hostname.replace(/^\[|\]$/g, '')
  const port = Number(serverUrl.port) || (serverUrl.protocol === 'https:' ? 443 : 80)
  const flowsTo = (addresses: readonly IpAddress[]) =>
    addresses.map((address): OutsideFlow => ({ protocol: 'tcp', address, port }))
  const own = parseIpAddress(name)
  if (E.isRight(own)) {
    const flows = flowsTo([own.right])
    return { known: async () => flows, look: async () => flows }
  }
  return {
    known: async () => flowsTo(await readAddresses(file)),
    look: async () => {
      const known = await readAddresses(file)
      const found = await resolve(name).catch(() => [])
      const addresses = [...new Set([...found.flatMap(readAddress), ...known])].slice(0, MOST_ADDRESSES)
      // What can't be kept is found again after the next start, as long as names are resolved.
      if (addresses.join() !== known.join())
        await writeFileAtomically(file, `${JSON.stringify(addresses)}\n`).catch(() => {})
      return flowsTo(addresses)
    },
  }
}

const resolveAll = async (name: string): Promise<readonly string[]> =>
  (await lookup(name, { all: true })).map(({ address }) => address)

const readAddress = (text: string): readonly IpAddress[] => {
  const address = parseIpAddress(text)
  return E.isRight(address) ? [address.right] : []
}

const addressesCodec = t.readonlyArray(ipAddressCodec)

/** None where nothing was kept, or what was kept is damaged: the next look-up writes it anew. */
async function readAddresses(file: string): Promise<readonly IpAddress[]> {
  try {
    const decoded = decodeWith(addressesCodec, JSON.parse(await readFile(file, 'utf8')))
    return E.isRight(decoded) ? decoded.right : []
  } catch {
    return []
  }
}
