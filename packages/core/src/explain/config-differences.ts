/** What is different between two configs of one host: things that come, go, or change, with what they gain and lose. */
import { type ConfigItem, type ConfigPart, configItems, configParts } from './config-items.js'
import type { HostView } from './host-view.js'
import type { ThingNames } from './thing-names.js'

/** One thing in a host's config that is not what it was. */
export interface ConfigDifference {
  readonly part: ConfigPart
  /** Which one: a peer's name, a prefix, the name of a set. */
  readonly what: string
  readonly change: 'comes' | 'goes' | 'changes'
  /** Facts in English that hold only from now on. Empty, and so is `lost`, when only their order changes. */
  readonly gained: readonly string[]
  /** Facts that hold no more. */
  readonly lost: readonly string[]
}

/** In the order of a config's parts; in each first what goes, then what changes, then what comes. `undefined`: the host isn't there. What has no name goes by its id. */
export const configDifferences = (
  before: Pick<HostView, 'config' | 'chosen'> | undefined,
  after: Pick<HostView, 'config' | 'chosen'> | undefined,
  names: ThingNames = () => undefined,
): readonly ConfigDifference[] => {
  const [was, is] = [itemsByKey(before, names), itemsByKey(after, names)]
  const differences = [...new Set([...was.keys(), ...is.keys()])].flatMap(
    (key) => difference(was.get(key), is.get(key)) ?? [],
  )
  return differences.sort(inOrder)
}

const changes: readonly ConfigDifference['change'][] = ['goes', 'changes', 'comes']

/** A config holds its peers in any order; who reads of them wants always the same. */
const inOrder = (one: ConfigDifference, other: ConfigDifference): number =>
  configParts.indexOf(one.part) - configParts.indexOf(other.part) ||
  changes.indexOf(one.change) - changes.indexOf(other.change) ||
  (one.what < other.what ? -1 : Number(one.what > other.what))

const itemsByKey = (
  view: Pick<HostView, 'config' | 'chosen'> | undefined,
  names: ThingNames,
): ReadonlyMap<string, ConfigItem> => {
  const items = new Map<string, ConfigItem>()
  for (const each of view === undefined ? [] : configItems(view.config, view.chosen, names)) {
    // One policy may have several rules alike but for their facts: those are told as one.
    const key = JSON.stringify([each.part, each.key])
    const known = items.get(key)
    items.set(key, known === undefined ? each : { ...each, facts: [...known.facts, ...each.facts] })
  }
  return items
}

const difference = (was: ConfigItem | undefined, is: ConfigItem | undefined): ConfigDifference | undefined => {
  if (was === undefined && is === undefined) return undefined
  const { part, what } = (is ?? was) as ConfigItem
  if (was === undefined) return { part, what, change: 'comes', gained: is?.facts ?? [], lost: [] }
  if (is === undefined) return { part, what, change: 'goes', gained: [], lost: was.facts }
  if (JSON.stringify(was.facts) === JSON.stringify(is.facts)) return undefined
  return { part, what, change: 'changes', gained: without(is.facts, was.facts), lost: without(was.facts, is.facts) }
}

const without = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const known = new Set(others)
  return some.filter((fact) => !known.has(fact))
}
