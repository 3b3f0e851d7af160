/** How fast events become a state: 1,000,000 of them over 10,000 hosts, frozen at the end. */
import { replay } from '@meshfold/core'
import { millisecondsOf } from './measure.js'
import { mixedHistory } from './mixed-history.js'

const meshSize = 10_000
const eventCount = 1_000_000

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = { foldedEvents: eventCount }
  for (const whereabouts of ['private', 'public'] as const) {
    const events = mixedHistory(meshSize, eventCount, whereabouts)
    replay(events.slice(0, 100_000))
    globalThis.gc?.()
    const foldMs = millisecondsOf(() => replay(events))
    metrics[`foldedAt${whereabouts === 'public' ? 'Public' : 'Private'}AddressesEventsPerSecond`] =
      eventCount / (foldMs / 1000)
  }
  return { bench: 'replay', metrics }
}
