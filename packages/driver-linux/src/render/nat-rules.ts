/** What routers and internet gateways translate. */
import { type FirewallRules, type IpFamily, type NatRule, prefixFamily } from '@meshfold/core'
import { mappedMarkText } from '../policy-numbers.js'
import type { NftSetNames } from './nft-sets.js'
import { type Chain, families, ip, ofFamily, setMarkTo } from './nft-words.js'

export const natChains = (own: string, { nat, filter }: FirewallRules, names: NftSetNames): readonly Chain[] => [
  ...(filter !== null || nat.some(isMap) ? [markingChain(own)] : []),
  ...(nat.length === 0
    ? []
    : [
        {
          name: 'prerouting',
          hook: 'type nat hook prerouting priority dstnat',
          rules: nat.flatMap((rule) => intoRange(own, rule)),
        },
        {
          name: 'postrouting',
          hook: 'type nat hook postrouting priority srcnat',
          rules: [
            // What is passed on within the mesh is nobody's here, whatever it is called.
            ...(nat.some(isMap) ? [`iifname "${own}" oifname "${own}" accept`] : []),
            ...nat.flatMap((rule) => [...outOfRange(own, rule), ...masquerade(own, rule, meshOf(filter, names))]),
          ],
        },
      ]),
]

type PrefixMap = Extract<NatRule, { readonly kind: 'prefix-map' }>

const isMap = (rule: NatRule): rule is PrefixMap => rule.kind === 'prefix-map'

/** What goes elsewhere than it was sent to, into a mapped range or to a container, and answers to what such a one began, by the host's own routes. */
const markingChain = (own: string): Chain => ({
  name: 'marking',
  hook: 'type filter hook prerouting priority dstnat + 1',
  rules: ['original ct status dnat', 'reply ct status snat'].map(
    (of) => `iifname "${own}" ct direction ${of} ${setMarkTo(mappedMarkText(own))}`,
  ),
})

const intoRange = (own: string, rule: NatRule): readonly string[] => {
  if (!isMap(rule)) return []
  const of = ip(prefixFamily(rule.virtual))
  return [`iifname "${own}" dnat ${of} prefix to ${of} daddr map { ${rule.virtual} : ${rule.real} }`]
}

const outOfRange = (own: string, rule: NatRule): readonly string[] => {
  if (!isMap(rule)) return []
  const of = ip(prefixFamily(rule.virtual))
  return [`oifname "${own}" snat ${of} prefix to ${of} saddr map { ${rule.real} : ${rule.virtual} }`]
}

/** The sets of a family that hold all that is the mesh's. */
const meshOf =
  (filter: FirewallRules['filter'], names: NftSetNames) =>
  (family: IpFamily): readonly string[] =>
    filter === null ? [] : names(filter.mesh, family)

const masquerade = (own: string, rule: NatRule, mesh: (family: IpFamily) => readonly string[]): readonly string[] => {
  if (rule.kind !== 'masquerade') return []
  const out = rule.interfaceName === null ? `oifname != "${own}"` : `oifname "${rule.interfaceName}"`
  return families.flatMap((family) => {
    const from = ofFamily(rule.from, family)
    const to = rule.to === null ? null : ofFamily(rule.to, family)
    if (from.length === 0 || to?.length === 0) return []
    // As it was sent: what is for a virtual range has another address by now.
    const beyond = mesh(family)
      .map((set) => `ct original ${ip(family)} daddr != @${set} `)
      .join('')
    const target = to === null ? beyond : `${ip(family)} daddr { ${to.join(', ')} } `
    return [`iifname "${own}" ${out} ${ip(family)} saddr { ${from.join(', ')} } ${target}masquerade`]
  })
}
