import type { ForeignFilterName, HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAll } from '../linux-host.js'
import { type FoundForeignFilter, observeForeignTable } from '../observe/observe-foreign-filters.js'
import { transaction } from '../render/firewall-commands.js'
import { closeText, openText } from '../render/foreign-filter-text.js'

type ForeignChange<K extends HostChange['kind']> = Extract<HostChange, { kind: K }>

/** One transaction: the filter is closed or open, and never half so. */
export const executeOpenForeignFilter = (
  host: LinuxHost,
  { kind, name, listenPort }: ForeignChange<'open-foreign-filter'>,
): Outcome =>
  onFilter(host, name, kind, ({ hook, at, jumps, passage }) =>
    passage.state === 'locked' ? undefined : openText(host.interfaceName, hook, at, { listenPort, jumps }),
  )

export const executeCloseForeignFilter = (
  host: LinuxHost,
  { kind, name }: ForeignChange<'close-foreign-filter'>,
): Outcome =>
  onFilter(host, name, kind, ({ hook, at, jumps, hasOwnChain }) =>
    hasOwnChain || jumps.length > 0 ? closeText(host.interfaceName, hook, at, jumps) : undefined,
  )

/** Looks at it first: what is there counts. `undefined`: nothing is to be done. */
async function onFilter(
  host: LinuxHost,
  name: ForeignFilterName,
  action: HostChange['kind'],
  textFor: (filter: FoundForeignFilter) => string | undefined,
): Outcome {
  const [family = '', table = ''] = name.split(' ')
  const found = await observeForeignTable(host, family, table, action)
  if (E.isLeft(found)) return found
  const filter = found.right.get(name)
  const text = filter && textFor(filter)
  return text === undefined ? E.right(undefined) : runAll(host, [transaction(text)], action)
}
