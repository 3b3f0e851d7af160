/** What opens and closes packet filters of others, so that the mesh's packets get past them. */
import type { DesiredHost } from './desired-host.js'
import type { ForeignFilter, ForeignFilterName } from './foreign-filter.js'
import type { HostChange } from './host-change.js'

/** What is to be opened, once the own filter is there, and what closed, while it still is. */
export const planForeignFilters = (
  found: ReadonlyMap<ForeignFilterName, ForeignFilter>,
  desired: DesiredHost | undefined,
): { readonly open: readonly HostChange[]; readonly close: readonly HostChange[] } => {
  const open: HostChange[] = []
  const close: HostChange[] = []
  for (const [name, { hook, passage }] of found) {
    if (passage.state === 'locked') continue
    if (!isToPass(hook, desired)) {
      if (passage.state === 'open') close.push({ kind: 'close-foreign-filter', name })
      continue
    }
    const isRight = passage.state === 'open' && (passage.listenPort ?? desired.listenPort) === desired.listenPort
    if (!isRight) open.push({ kind: 'open-foreign-filter', name, listenPort: desired.listenPort })
  }
  return { open, close }
}

/** What a person has to do, because the driver can't: one line for each filter that is in the way. */
export const foreignHindrances = (
  found: ReadonlyMap<ForeignFilterName, ForeignFilter>,
  desired: DesiredHost,
): readonly string[] =>
  [...found].flatMap(([name, { hook, passage }]) =>
    passage.state === 'locked' && isToPass(hook, desired)
      ? [`the packet filter \`${name}\` may drop what is the mesh's: ${passage.wayOut}`]
      : [],
  )

/** Without a filter of our own nothing is opened: it would be open to all that peers send. */
const isToPass = (hook: ForeignFilter['hook'], desired: DesiredHost | undefined): desired is DesiredHost =>
  desired !== undefined && (desired.firewall?.rules.filter ?? null) !== null && (hook === 'input' || desired.forwards)
