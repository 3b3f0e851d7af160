import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '@meshfold/core'
import { eventLogConformance } from '@meshfold/core/testing'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { buildPrograms, type ChildPrograms } from './child-program.js'
import { remoteEventLog } from './remote-event-log.js'
import { openLog, temporaryFolder } from './temporary-log.js'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let programs: ChildPrograms
beforeAll(async () => {
  programs = await buildPrograms(['event-log-process'])
})
afterAll(() => programs.remove())

describe('instances in several processes', () => {
  eventLogConformance({
    describe,
    test,
    sleep,
    quietMs: 60,
    capabilities: { survivesReopen: true, sharedBetweenInstances: true, refusesReusedEventIds: true },
    createLog: async () => {
      const folder = temporaryFolder()
      const path = join(folder.path, 'events.db')
      const children: ChildProcess[] = []
      const opened: EventLog[] = []
      const open = async () => {
        const log = await openLog({ path })
        opened.push(log)
        return log
      }
      const anotherInstance = () => {
        const child = programs.start('event-log-process', [path])
        children.push(child)
        return remoteEventLog(child)
      }
      const dispose = async () => {
        await Promise.all(opened.map((log) => log.close()))
        await Promise.all(children.map(end))
        folder.remove()
      }
      return { log: await open(), reopen: open, anotherInstance, dispose }
    },
  })
})

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
}
