/**
 * A process that has a log open and does what it is told over the channel to its parent: the other end of
 * `remote-event-log.ts`. Argument: the file.
 */
import type { EventLog } from '@meshfold/core'
import { openLog } from '../temporary-log.js'

/** What the parent asks for. */
export type Request =
  | { readonly id: number; readonly call: 'append'; readonly args: Parameters<EventLog['append']> }
  | { readonly id: number; readonly call: 'read'; readonly args: Parameters<EventLog['read']> }
  | { readonly id: number; readonly call: 'headRevision'; readonly args: Parameters<EventLog['headRevision']> }
  | { readonly id: number; readonly call: 'close'; readonly args: readonly [] }
  | { readonly id: number; readonly call: 'subscribe'; readonly args: readonly [stream: string, fromRevision: number] }
  | { readonly id: number; readonly call: 'delivered'; readonly args: readonly [subscription: number] }

/** What the parent is told: answers to a request, or what a subscription hands over. */
export type Reply = {
  readonly id: number
  readonly kind: 'answer' | 'events' | 'error'
  readonly value?: unknown
}

const log = await openLog({ path: String(process.argv[2]) })
const deliveries = new Map<number, () => void>()
const reply = (message: Reply) => void process.send?.(message)

process.on('message', (request: Request) => {
  void handle(request).then((value) => reply({ id: request.id, kind: 'answer', value }))
})
process.on('disconnect', () => void log.close())
reply({ id: 0, kind: 'answer' })

async function handle({ id, ...request }: Request): Promise<unknown> {
  switch (request.call) {
    case 'append':
      return log.append(...request.args)
    case 'read':
      return log.read(...request.args)
    case 'headRevision':
      return log.headRevision(...request.args)
    case 'close':
      return log.close()
    case 'subscribe':
      return subscribe(id, ...request.args)
    case 'delivered':
      return deliveries.get(request.args[0])?.()
  }
}

function subscribe(id: number, stream: string, fromRevision: number): void {
  log.subscribe(stream, fromRevision, {
    onEvents: (events) =>
      new Promise((resolve) => {
        deliveries.set(id, resolve)
        reply({ id, kind: 'events', value: events })
      }),
    onError: (error) => reply({ id, kind: 'error', value: error }),
  })
}
