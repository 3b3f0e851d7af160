import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '@meshfold/core'
import { eventLogConformance } from '@meshfold/core/testing'
import { describe, test, vi } from 'vitest'
import { openLog, temporaryFolder } from './temporary-log.js'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe.each(['full', 'normal'] as const)('synchronous %s, instances in one process', (synchronous) => {
  eventLogConformance({
    describe,
    test,
    sleep,
    quietMs: 60,
    capabilities: { survivesReopen: true, sharedBetweenInstances: true, refusesReusedEventIds: true },
    createLog: async () => {
      const folder = temporaryFolder()
      const opened: EventLog[] = []
      const open = async () => {
        const log = await openLog({ path: join(folder.path, 'events.db'), synchronous })
        opened.push(log)
        return log
      }
      const dispose = async () => {
        await Promise.all(opened.map((log) => log.close()))
        folder.remove()
      }
      return { log: await open(), reopen: open, anotherInstance: open, dispose }
    },
  })
})
