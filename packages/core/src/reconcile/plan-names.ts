/** What makes the names that a host knows what they should be. */
import type { HostChange } from './host-change.js'
import {
  type DesiredNames,
  linesBeside,
  type NameLine,
  type NameResolver,
  type ObservedNames,
  serveResolvers,
} from './host-names.js'

/** `[]` when it is so already. */
export const planNames = (found: ObservedNames, desired: DesiredNames): readonly HostChange[] => {
  const lines = linesBeside(desired.lines, found.taken)
  const { served } = serveResolvers(desired.resolvers, found.means)
  const changes: HostChange[] = []
  if (!areSameLines(found.lines, lines)) changes.push({ kind: 'set-names', lines })
  if (!areSameResolvers(found.resolvers, served)) changes.push({ kind: 'set-resolvers', resolvers: served })
  return changes
}

const areSameLines = (found: ObservedNames['lines'], wanted: readonly NameLine[]): boolean =>
  found === wanted ||
  (found !== 'spoilt' && found.length === wanted.length && found.every((line, at) => isSameLine(line, wanted[at])))

const isSameLine = (one: NameLine, other: NameLine | undefined): boolean =>
  one.address === other?.address && one.names.join(' ') === other.names.join(' ')

const areSameResolvers = (found: ObservedNames['resolvers'], wanted: readonly NameResolver[]): boolean =>
  found !== 'spoilt' && JSON.stringify(found) === JSON.stringify(wanted)
