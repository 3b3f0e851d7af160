/** A change in English, for a terminal: whose configs change and how, who can talk to whom from then on, and who no more. */
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import type { ConfigDifference } from './config-differences.js'
import { packetText } from './packet-text.js'
import type { ReachabilityChange, ReachedMembers } from './reachability-change.js'
import { type ReachedPlace, theInternet } from './reaches.js'
import type { StateChange } from './state-change.js'
import { thingNames } from './thing-names.js'

/** What is listed of many: the rest is counted. */
const [mostNames, mostFacts, mostLines] = [8, 4, 12]

/** Lines without a line break at the end. Names are those that hold after, or held before. */
export const describeStateChange = (before: MeshState, after: MeshState, change: StateChange): readonly string[] => {
  const names = namesIn([after, before])
  return [...hostLines(change, names), ...reachabilityLines(change.reachability, names)]
}

interface Names {
  readonly host: (hostId: HostId) => string
  readonly place: (place: ReachedPlace) => string
}

const namesIn = (states: readonly MeshState[]): Names => {
  const named = thingNames(states)
  return {
    host: (hostId) => named('hosts', hostId) ?? hostId,
    place: (place) =>
      place === theInternet
        ? 'the internet'
        : (named('nodes', place) ?? named('clients', place) ?? named('egresses', place) ?? place),
  }
}

const hostLines = ({ hosts, configs }: StateChange, names: Names): readonly string[] => {
  if (hosts.length === 0) return ["No host's config changes."]
  const told = configs.reduce((count, { hostIds }) => count + hostIds.length, 0)
  const groups = sameLines(configs, names)
  const unseen = groups.flatMap(({ lines, hosts: alike }) => (lines.length === 0 ? alike : []))
  return [
    `${counted(hosts.length, 'host')} ${hosts.length === 1 ? 'changes its' : 'change their'} config:`,
    ...groups.flatMap((group) => (group.lines.length === 0 ? [] : configLines(group))),
    ...(unseen.length === 0 ? [] : [`  nothing that their systems would see: ${shortList(unseen.sort(), mostNames)}`]),
    ...(told < hosts.length ? [`  and ${hosts.length - told} more`] : []),
  ]
}

interface HostsWithLines {
  readonly hosts: string[]
  readonly lines: readonly string[]
}

/** Two gateways may be like nobody else, and yet what changes is the same. */
const sameLines = (configs: StateChange['configs'], names: Names): readonly HostsWithLines[] => {
  const groups = new Map<string, HostsWithLines>()
  for (const { hostIds, differences } of configs) {
    const lines = linesOf(differences)
    const hosts = hostIds.map(names.host)
    const group = groups.get(lines.join())
    if (group === undefined) groups.set(lines.join(), { hosts, lines })
    else group.hosts.push(...hosts)
  }
  return [...groups.values()]
}

const configLines = ({ hosts: [first, ...alike], lines }: HostsWithLines): readonly string[] => [
  `  ${first}${alike.length === 0 ? '' : `, and alike ${shortList(alike.sort(), mostNames)}`}`,
  ...shortened(lines).map((line) => `    ${line}`),
]

/** Things of one kind that come or go share a line when they are many. Sets come and go with the rules that name them. */
const linesOf = (differences: readonly ConfigDifference[]): readonly string[] => {
  const alike = new Map<string, ConfigDifference[]>()
  for (const each of differences) {
    if (each.part === 'set' && each.change !== 'changes') continue
    const isAlone = each.change === 'changes' || isRule(each.part)
    const key = isAlone ? JSON.stringify(each) : `${each.part} ${each.change}`
    const group = alike.get(key)
    if (group === undefined) alike.set(key, [each])
    else group.push(each)
  }
  return [...alike.values()].flatMap((group) => (group.length > 2 ? [manyLine(group)] : group.map(differenceLine)))
}

const manyLine = (group: readonly ConfigDifference[]): string => {
  const [{ part, change }] = group as [ConfigDifference]
  return `${changeText(
    part,
    shortList(
      group.map(({ what }) => what),
      mostNames,
    ),
    change,
  )} (${group.length})`
}

const differenceLine = ({ part, what, change, gained, lost }: ConfigDifference): string => {
  const subject = changeText(part, what, change)
  if (change === 'goes') return subject
  // One policy has several rules: who they are from may be told by each.
  const facts = [...new Set(gained)].filter((fact) => !fact.startsWith('key '))
  if (change === 'comes') return facts.length === 0 ? subject : `${subject}: ${shortList(facts, mostFacts)}`
  const texts = [
    ...(gained.length === 0 ? [] : [`gains ${shortList(gained, mostFacts)}`]),
    ...(lost.length === 0 ? [] : [`loses ${shortList(lost, mostFacts)}`]),
  ]
  return `${subject} ${texts.length === 0 ? 'comes in another order' : texts.join(', ')}`
}

/** Rules are sentences already, which don't fit into a list. */
const isRule = (part: ConfigDifference['part']): boolean => part === 'lets in' || part === 'passes on'

const changeText = (part: ConfigDifference['part'], what: string, change: ConfigDifference['change']): string => {
  if (isRule(part))
    return change === 'goes' ? `${part} ${what} no more` : `${part} ${what}${change === 'comes' ? ' now' : ':'}`
  return change === 'changes' ? `${part} ${what}` : `${part} ${what} ${change}`
}

const reachabilityLines = (change: ReachabilityChange, names: Names): readonly string[] => {
  const { gained, lost, pairs, traffic, isComplete } = change
  const tried = `(${isComplete ? '' : 'in part: '}${counted(pairs, 'kind')} of pairs tried with ${traffic.map(packetText).join(', ')})`
  if (pairs === 0) return []
  if (gained.length === 0 && lost.length === 0) return [`Nobody gains or loses anybody. ${tried}`]
  return [
    ...(gained.length === 0
      ? []
      : ['Can talk from then on:', ...shortened(gained.map((each) => reachedLine(each, names)))]),
    ...(lost.length === 0 ? [] : ['Can talk no more:', ...shortened(lost.map((each) => reachedLine(each, names)))]),
    tried,
  ]
}

const reachedLine = ({ from, to, traffic }: ReachedMembers, names: Names): string =>
  `  ${shortList(from.map(names.place).sort(), mostNames)} to ${from.join() === to.join() ? 'each other' : shortList(to.map(names.place).sort(), mostNames)}: ${traffic.map(packetText).join(', ')}`

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines + 1
    ? lines
    : [...lines.slice(0, mostLines), `${/^ */.exec(lines[0] ?? '')?.[0] ?? ''}and ${lines.length - mostLines} more`]

const shortList = (items: readonly string[], most: number): string =>
  items.length <= most + 1 ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
