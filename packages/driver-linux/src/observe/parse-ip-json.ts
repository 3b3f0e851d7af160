/**
 * Reads what `ip -N -j` (iproute2) prints about links, addresses and routes. `-N` gives numbers for scopes, tables and
 * protocols: their names are a matter of files that a host may lack or change.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Unreadable, unreadable } from './wireguard-device.js'

/** One address of one interface. */
const ipAddressEntry = t.intersection([
  t.type({ family: t.string, local: t.string, prefixlen: t.Integer, scope: t.string }),
  t.partial({
    /** The far end of a point-to-point address. */
    address: t.string,
    deprecated: t.boolean,
    temporary: t.boolean,
    tentative: t.boolean,
    dadfailed: t.boolean,
  }),
])

/** One interface as `ip -N -j -d addr show` prints it. */
const ipLinkEntry = t.intersection([
  t.type({ ifname: t.string, flags: t.array(t.string), mtu: t.Integer, addr_info: t.array(ipAddressEntry) }),
  t.partial({ ifalias: t.string, linkinfo: t.partial({ info_kind: t.string }) }),
])

/** One route as `ip -N -j -d route show` prints it. IPv4 leaves metric 0 out. */
const ipRouteEntry = t.intersection([
  t.type({ dst: t.string }),
  t.partial({
    type: t.string,
    table: t.string,
    protocol: t.string,
    dev: t.string,
    prefsrc: t.string,
    metric: t.Integer,
    /** Of a route with several ways. */
    nexthops: t.array(t.partial({ dev: t.string })),
  }),
])

/** One answer of `ip -N -j route get`. `expires`, in seconds: what routers on the way said is in it. */
const ipWayEntry = t.intersection([
  t.type({ dev: t.string }),
  t.partial({ metrics: t.array(t.partial({ mtu: t.Integer })), expires: t.number }),
])

export type IpWayEntry = t.TypeOf<typeof ipWayEntry>
export type IpAddressEntry = t.TypeOf<typeof ipAddressEntry>
export type IpLinkEntry = t.TypeOf<typeof ipLinkEntry>
export type IpRouteEntry = t.TypeOf<typeof ipRouteEntry>

/** Reads `ip -N -j -d addr show`. */
export function parseIpAddr(text: string): E.Either<Unreadable, readonly IpLinkEntry[]> {
  return decodeList(text, ipLinkEntry, 'ip addr')
}

/** Reads `ip -N -j -d route show`. */
export function parseIpRoute(text: string): E.Either<Unreadable, readonly IpRouteEntry[]> {
  return decodeList(text, ipRouteEntry, 'ip route')
}

/** Reads `ip -N -j -batch` of questions for routes: a list a line, with nothing for what leads nowhere. */
export function parseIpWays(text: string): E.Either<Unreadable, readonly IpWayEntry[]> {
  const ways: IpWayEntry[] = []
  for (const line of text.split('\n')) {
    const found = decodeList(line, ipWayEntry, 'ip route get')
    if (E.isLeft(found)) return found
    ways.push(...found.right)
  }
  return E.right(ways)
}

/** An entry of the list that is not even an object with content; `ip` prints `{}` for what a filter leaves out. */
const isEmptyEntry = (entry: unknown): boolean =>
  typeof entry === 'object' && entry !== null && Object.keys(entry).length === 0

/** A list whose entries are all readable; those without any content are left out. */
export function decodeList<A>(
  text: string,
  codec: t.Type<A, unknown>,
  what: string,
): E.Either<Unreadable, readonly A[]> {
  const json = parseJson(text)
  if (E.isLeft(json)) return unreadable(`\`${what}\` printed no JSON`)
  if (!Array.isArray(json.right)) return unreadable(`\`${what}\` printed no list`)
  const entries: A[] = []
  for (const [index, entry] of json.right.entries()) {
    if (isEmptyEntry(entry)) continue
    const decoded = codec.decode(entry)
    if (E.isLeft(decoded)) return unreadable(`entry ${index} of \`${what}\`: ${firstError(decoded.left)}`)
    entries.push(decoded.right)
  }
  return E.right(entries)
}

/** Old versions print nothing at all where there is nothing. */
function parseJson(text: string): E.Either<'no-json', unknown> {
  if (text.trim() === '') return E.right([])
  try {
    return E.right(JSON.parse(text))
  } catch {
    return E.left('no-json')
  }
}

function firstError(errors: t.Errors): string {
  const path = errors[0]?.context
    .map(({ key }) => key)
    .filter((key) => key !== '' && !/^[01]$/.test(key))
    .join('.')
  return `${path ?? 'it'} is not what it should be`
}
