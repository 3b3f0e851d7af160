/** What routers and internet gateways translate. */
import { type FirewallRules, type NatRule, prefixFamily } from '@meshfold/core'
import { type Chain, families, ip, ofFamily, setName } from './nft-words.js'

export const natChains = (own: string, { nat, filter }: FirewallRules): readonly Chain[] =>
  nat.length === 0
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
          rules: nat.flatMap((rule) => [...outOfRange(own, rule), ...masquerade(own, filter?.mesh, rule)]),
        },
      ]

const intoRange = (own: string, rule: NatRule): readonly string[] => {
  if (rule.kind !== 'prefix-map') return []
  const of = ip(prefixFamily(rule.virtual))
  return [`iifname "${own}" dnat ${of} prefix to ${of} daddr map { ${rule.virtual} : ${rule.real} }`]
}

const outOfRange = (own: string, rule: NatRule): readonly string[] => {
  if (rule.kind !== 'prefix-map') return []
  const of = ip(prefixFamily(rule.virtual))
  return [`oifname "${own}" snat ${of} prefix to ${of} saddr map { ${rule.real} : ${rule.virtual} }`]
}

const masquerade = (own: string, mesh: string | undefined, rule: NatRule): readonly string[] => {
  if (rule.kind !== 'masquerade') return []
  const out = rule.interfaceName === null ? `oifname != "${own}"` : `oifname "${rule.interfaceName}"`
  return families.flatMap((family) => {
    const from = ofFamily(rule.from, family)
    const to = rule.to === null ? null : ofFamily(rule.to, family)
    if (from.length === 0 || to?.length === 0) return []
    const beyond = mesh === undefined ? '' : `${ip(family)} daddr != @${setName(mesh, family)} `
    const target = to === null ? beyond : `${ip(family)} daddr { ${to.join(', ')} } `
    return [`iifname "${own}" ${out} ${ip(family)} saddr { ${from.join(', ')} } ${target}masquerade`]
  })
}
