/** Random policy routing, small on purpose: two draws differ in a route, in a rule, or in a whole family. */
import fc from 'fast-check'
import { findsMarked, type PolicyRoute, type PolicyRouting, policyRulesFor } from '../../reconcile/policy-routing.js'
import {
  type IpAddress,
  type IpFamily,
  type IpPrefix,
  ipAddress,
  ipFamilyOf,
  ipPrefix,
  prefixFamily,
} from '../../values/index.js'

const families: readonly IpFamily[] = [4, 6]
const everything: Readonly<Record<IpFamily, IpPrefix>> = { 4: ipPrefix('0.0.0.0/0'), 6: ipPrefix('::/0') }
const insideRanges = ['192.168.7.0/24', 'fd07::/64'].map(ipPrefix)
const outsideRanges = ['192.168.8.0/24', 'fd08::/64'].map(ipPrefix)
const forwardedRanges = ['192.168.9.0/24', 'fd09::/64'].map(ipPrefix)
const yieldingRanges = ['10.0.0.0/8', '10.7.0.0/16', 'fd70::/48'].map(ipPrefix)
const servers = ['203.0.113.80', '203.0.113.81', '2001:db8::80'].map(ipAddress)

const dhcp = [
  { family: 4, protocol: 'udp', address: null, port: 67 },
  { family: 6, protocol: 'udp', address: null, port: 547 },
] as const

interface Wish {
  readonly families: readonly IpFamily[]
  readonly source: Readonly<Record<IpFamily, IpAddress | null>>
  readonly isOpen: boolean
  readonly isClosed: boolean
  readonly ranges: readonly IpPrefix[]
  readonly servers: readonly IpAddress[]
}

const routingOf = (wish: Wish): PolicyRouting => {
  const { families: wanted, source, isOpen, isClosed, ranges, servers: outside } = wish
  const into = (table: PolicyRoute['table'], prefix: IpPrefix): PolicyRoute => {
    const preferredSource = table === 'forwarded' ? null : source[prefixFamily(prefix)]
    return { table, prefix, to: 'mesh', preferredSource }
  }
  const other = (prefix: IpPrefix, to: 'outside' | 'nowhere'): PolicyRoute => ({
    ...{ table: 'tunnel', prefix, to },
    preferredSource: null,
  })
  const inFamilies = (prefix: IpPrefix) => wanted.includes(prefixFamily(prefix))
  const taken = [...wanted.map((family) => everything[family]), ...insideRanges.filter((each) => ranges.includes(each))]
  const tunnel = [
    ...(isOpen ? taken.map((prefix) => into('tunnel', prefix)) : []),
    ...(isClosed ? taken.map((prefix) => other(prefix, 'nowhere')) : []),
    ...outsideRanges.filter((each) => ranges.includes(each)).map((prefix) => other(prefix, 'outside')),
  ].filter(({ prefix }) => inFamilies(prefix))
  const forwarded = forwardedRanges.filter((each) => ranges.includes(each)).map((prefix) => into('forwarded', prefix))
  const yielding = yieldingRanges.filter((each) => ranges.includes(each))
  const routes = [...forwarded, ...tunnel, ...yielding.map((prefix) => into('tunnel', prefix))]
  const flows = outside.map((address) => ({
    ...{ family: ipFamilyOf(address), address },
    ...{ protocol: 'tcp' as const, port: 443 },
  }))
  const rules = policyRulesFor(routes, [...flows, ...dhcp], yielding)
  return { isBypassed: rules.some(findsMarked), routes, rules }
}

/** A full tunnel of both families, with something of each kind in one. */
export const samplePolicyRouting = (source4: IpAddress, source6: IpAddress): PolicyRouting =>
  routingOf({
    families,
    source: { 4: source4, 6: source6 },
    isOpen: true,
    isClosed: true,
    ranges: [...insideRanges, ...outsideRanges, ...forwardedRanges, ...yieldingRanges].filter(
      (range) => prefixFamily(range) === 4,
    ),
    servers: servers.slice(0, 2),
  })

/** Of a host with these addresses. */
export const arbitraryPolicyRouting = (own: readonly IpAddress[]): fc.Arbitrary<PolicyRouting> => {
  const sourceOf = (family: IpFamily) =>
    fc.constantFrom(null, ...own.filter((address) => ipFamilyOf(address) === family))
  return fc
    .record({
      families: fc.constantFrom<readonly IpFamily[]>([], [], [4], [6], families),
      source: fc.record({ 4: sourceOf(4), 6: sourceOf(6) }),
      isOpen: fc.boolean(),
      isClosed: fc.boolean(),
      ranges: fc.subarray([...insideRanges, ...outsideRanges, ...forwardedRanges, ...yieldingRanges]),
      servers: fc.subarray([...servers]),
    })
    .map(routingOf)
}
