/** The filter's rules in iptables' words, for one family. */

import type { IpFamily, PortRange } from '@meshfold/core'
import { eachWay, type FilterRule, type Match, type Side } from './filter-rule.js'
import { hiddenDestination, type Spelling } from './iptables-first-packet.js'
import { type Generation, ipsetName } from './iptables-words.js'
import { ofFamily } from './nft-words.js'

export interface IptablesWriting {
  readonly interfaceName: string
  readonly family: IpFamily
  readonly generation: Generation
  readonly spelling: Spelling
}

/** As `-A` wants it, without the chain; several where iptables has no word for "one of these ports". */
export function iptablesRules(writing: IptablesWriting, rule: FilterRule): readonly string[] {
  const { matches, verdict } = rule
  const isReply = matches.some((match) => match.on === 'direction' && match.is === 'reply')
  const hidden = hiddenDestination(rule)
  const isTranslated = hidden === 'published'
  const isHidden = (side: Side, read: string) => side === 'daddr' && read === 'flow' && hidden !== 'none'
  const turned = (side: Side, read: string): Side => (read === 'flow' && isReply ? opposite[side] : side)
  const words = matches.map((match): readonly string[] => {
    switch (match.on) {
      case 'set':
        return isHidden(match.side, match.read)
          ? firstDestinationWords(writing, match, { isPublished: isTranslated, side: turned(match.side, match.read) })
          : [setWords(writing, match, turned(match.side, match.read))]
      case 'range':
        return [rangeWords(match.range, turned(match.side, match.read), isHidden(match.side, match.read))]
      case 'traffic':
        return trafficWords(match, writing.family, { isReply, isTranslated })
      case 'under-way':
        return underWayWords(match)
      default:
        return [plainWords(writing, match)]
    }
  })
  return eachWay(words).map((each) => [...each, `-j ${targets[verdict]}`].join(' '))
}

/** Past our chain, what comes after it in the kernel's own is asked as well. */
const targets = { accept: 'ACCEPT', drop: 'DROP', pass: 'RETURN' } as const

/**
 * Sets are asked for the packet's own addresses alone: those of its flow's first packet are the same in its direction, and in each
 * other's place against it, but for destinations that were translated.
 */
const opposite: Readonly<Record<Side, Side>> = { saddr: 'daddr', daddr: 'saddr' }

const setWords = (
  { interfaceName, generation, family }: IptablesWriting,
  { set, isIn }: Extract<Match, { on: 'set' }>,
  side: Side,
): string =>
  `-m set ${isIn ? '' : '! '}--match-set ${ipsetName(interfaceName, generation, set, family)} ${side === 'saddr' ? 'src' : 'dst'}`

const firstDestinationWords = (
  writing: IptablesWriting,
  match: Extract<Match, { on: 'set' }>,
  { isPublished, side }: { readonly isPublished: boolean; readonly side: Side },
): readonly string[] => {
  const { family, spelling } = writing
  if (match.isIn) return ofFamily(spelling.membersOf(match.set, isPublished), family).map(firstDestination)
  const notMapped = ofFamily(spelling.virtual, family).map((range) => `-m conntrack ! --ctorigdst ${range}`)
  return [[setWords(writing, match, side), ...notMapped].join(' ')]
}

const firstDestination = (range: string): string => `-m conntrack --ctorigdst ${range}`

const rangeWords = (range: string, side: Side, isHidden: boolean): string =>
  isHidden ? firstDestination(range) : `${side === 'saddr' ? '-s' : '-d'} ${range}`

function plainWords(
  { interfaceName }: IptablesWriting,
  match: Exclude<Match, { on: 'set' | 'range' | 'traffic' | 'under-way' }>,
): string {
  switch (match.on) {
    case 'interface':
      return `${match.isOwn ? '' : '! '}${match.way === 'in' ? '-i' : '-o'} ${interfaceName}`
    case 'loopback':
      return '-i lo'
    case 'direction':
      return `-m conntrack --ctdir ${match.is.toUpperCase()}`
    case 'related':
      return '-m conntrack --ctstate RELATED'
    case 'translated':
      return '-m conntrack --ctstate DNAT'
  }
}

function underWayWords({ side, ports }: Extract<Match, { on: 'under-way' }>): readonly string[] {
  const words = '-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN'
  return ports.length === 0 ? [words] : ports.map((range) => `${words} --${side} ${portsWord(range)}`)
}

function trafficWords(
  { traffic, read }: Extract<Match, { on: 'traffic' }>,
  family: IpFamily,
  { isReply, isTranslated }: { readonly isReply: boolean; readonly isTranslated: boolean },
): readonly string[] {
  if (traffic.protocol === 'icmp') return [family === 4 ? '-p icmp' : '-p ipv6-icmp']
  const protocol = `-p ${traffic.protocol} -m ${traffic.protocol}`
  if (traffic.ports.length === 0) return [`-p ${traffic.protocol}`]
  const field = read === 'flow' && isReply ? '--sport' : '--dport'
  return traffic.ports.map((range) =>
    isTranslated
      ? `-p ${traffic.protocol} -m conntrack --ctorigdstport ${portsWord(range)}`
      : `${protocol} ${field} ${portsWord(range)}`,
  )
}

const portsWord = ({ first, last }: PortRange): string => (first === last ? `${first}` : `${first}:${last}`)
