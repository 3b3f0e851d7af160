import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { EventLog, EventLogError, RecordedEvent } from '@meshfold/core'
import type { Reply, Request } from './programs/event-log-process.js'

type Listener = Parameters<EventLog['subscribe']>[2]
type Call = Request extends infer One ? (One extends Request ? Omit<One, 'id'> : never) : never

/** A log that lives in another process, as if it were here. `child` runs `event-log-process`. */
export async function remoteEventLog(child: ChildProcess): Promise<EventLog> {
  const answers = new Map<number, (value: never) => void>()
  const listeners = new Map<number, Listener>()
  let lastId = 0

  const ask = <A>(call: Call) =>
    new Promise<A>((resolve) => {
      lastId += 1
      answers.set(lastId, resolve)
      child.send({ ...call, id: lastId })
    })

  const deliver = async (subscription: number, events: readonly RecordedEvent[]) => {
    await listeners.get(subscription)?.onEvents(events)
    await ask({ call: 'delivered', args: [subscription] })
  }

  child.on('message', ({ id, kind, value }: Reply) => {
    if (kind === 'events') void deliver(id, value as readonly RecordedEvent[])
    else if (kind === 'error') listeners.get(id)?.onError(value as EventLogError)
    else answers.get(id)?.(value as never)
  })
  await once(child, 'message')

  const subscribe: EventLog['subscribe'] = (stream, fromRevision, listener) => {
    void ask({ call: 'subscribe', args: [stream, fromRevision] })
    const id = lastId
    listeners.set(id, listener)
    return { stop: async () => void listeners.delete(id) }
  }

  return {
    append: (...args) => ask({ call: 'append', args }),
    read: (...args) => ask({ call: 'read', args }),
    headRevision: (...args) => ask({ call: 'headRevision', args }),
    close: () => ask({ call: 'close', args: [] }),
    subscribe,
  }
}
