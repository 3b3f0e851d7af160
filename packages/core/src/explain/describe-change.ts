/** A change in English, for a terminal: whose configs change and how, who can talk to whom from then on, and who no more. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { ClientId, EgressId, HostId, NodeId } from '../values/index.js'
import type { ConfigDifference } from './config-differences.js'
import { packetText } from './packet-text.js'
import type { ReachabilityChange, ReachedMembers } from './reachability-change.js'
import { type ReachedPlace, theInternet } from './reaches.js'
import type { ChangedConfigs, StateChange } from './state-change.js'

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
  const areSeveral = states.some(({ networks }) => networks.size > 1)
  const found = <A>(find: (state: MeshState) => A | undefined): A | undefined => {
    for (const state of states) {
      const result = find(state)
      if (result !== undefined) return result
    }
    return undefined
  }
  return {
    host: (hostId) => found((state) => largeMapGet(state.hosts, hostId)?.name) ?? hostId,
    place: (place) => {
      if (place === theInternet) return 'the internet'
      const name = found((state) => {
        const thing =
          largeMapGet(state.nodes, place as NodeId) ??
          largeMapGet(state.clients, place as ClientId) ??
          largeMapGet(state.egresses, place as EgressId)
        if (thing === undefined || !areSeveral) return thing?.name
        return `${thing.name}.${largeMapGet(state.networks, thing.networkId)?.name ?? thing.networkId}`
      })
      return name ?? place
    },
  }
}

const hostLines = ({ hosts, configs }: StateChange, names: Names): readonly string[] => {
  if (hosts.length === 0) return ["No host's config changes."]
  const told = configs.reduce((count, { hostIds }) => count + hostIds.length, 0)
  const isSeen = ({ differences }: ChangedConfigs) => linesOf(differences).length > 0
  const unseen = configs.filter((config) => !isSeen(config)).flatMap(({ hostIds }) => hostIds.map(names.host))
  return [
    `${counted(hosts.length, 'host')} ${hosts.length === 1 ? 'changes its' : 'change their'} config:`,
    ...configs.filter(isSeen).flatMap((config) => configLines(config, names)),
    ...(unseen.length === 0 ? [] : [`  nothing that their systems would see: ${shortList(unseen.sort(), mostNames)}`]),
    ...(told < hosts.length ? [`  and ${hosts.length - told} more`] : []),
  ]
}

const configLines = ({ hostIds, differences }: ChangedConfigs, names: Names): readonly string[] => {
  const [first, ...alike] = hostIds.map(names.host)
  return [
    `  ${first}${alike.length === 0 ? '' : `, and alike ${shortList(alike, mostNames)}`}`,
    ...shortened(linesOf(differences)).map((line) => `    ${line}`),
  ]
}

/** Things of one kind that come or go share a line when they are many. Sets come and go with the rules that name them. */
const linesOf = (differences: readonly ConfigDifference[]): readonly string[] => {
  const alike = new Map<string, ConfigDifference[]>()
  for (const each of differences) {
    if (each.part === 'set' && each.change !== 'changes') continue
    const key = each.change === 'changes' ? JSON.stringify(each) : `${each.part} ${each.change}`
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
  const facts = gained.filter((fact) => !fact.startsWith('key '))
  if (change === 'comes') return facts.length === 0 ? subject : `${subject}: ${shortList(facts, mostFacts)}`
  const texts = [
    ...(gained.length === 0 ? [] : [`gains ${shortList(gained, mostFacts)}`]),
    ...(lost.length === 0 ? [] : [`loses ${shortList(lost, mostFacts)}`]),
  ]
  return `${subject} ${texts.length === 0 ? 'comes in another order' : texts.join(', ')}`
}

/** Rules are sentences already. */
const changeText = (part: ConfigDifference['part'], what: string, change: ConfigDifference['change']): string => {
  const isRule = part === 'lets in' || part === 'passes on'
  if (isRule)
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
  `  ${shortList(from.map(names.place), mostNames)} to ${from.join() === to.join() ? 'each other' : shortList(to.map(names.place), mostNames)}: ${traffic.map(packetText).join(', ')}`

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines + 1
    ? lines
    : [...lines.slice(0, mostLines), `${/^ */.exec(lines[0] ?? '')?.[0] ?? ''}and ${lines.length - mostLines} more`]

const shortList = (items: readonly string[], most: number): string =>
  items.length <= most + 1 ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
