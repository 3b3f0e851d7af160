/**
 * Appends batches to a stream that others append to as well, until enough were acknowledged, and says on stdout where each
 * stands. Starts when its parent says so. Arguments: the file, a name for this writer, how many batches.
 */
import { once } from 'node:events'
import * as E from 'fp-ts/lib/Either.js'
import { batchOf, writeLine } from '../batches.js'
import { openLog } from '../temporary-log.js'

const [path = '', writer = '', count = ''] = process.argv.slice(2)
const stream = 'mesh-race'
const size = 3
process.send?.('ready')
await once(process, 'message')
const log = await openLog({ path })

let expectedRevision = -1
for (let n = 0; n < Number(count); ) {
  const name = `${writer}-${n}`
  const outcome = await log.append(stream, expectedRevision, batchOf(name, size))
  if (E.isRight(outcome)) {
    process.stdout.write(writeLine({ kind: 'ack', stream, expectedRevision, name, size }))
    expectedRevision = outcome.right.headRevision
    n += 1
  } else if (outcome.left.code === 'wrong-expected-revision') {
    expectedRevision = outcome.left.actualRevision
  } else if (outcome.left.code !== 'event-log-unavailable') {
    // Unavailable is what the port answers while others keep the lock longer than it waits: the same call is made again.
    throw new Error(JSON.stringify(outcome.left))
  }
}
await log.close()
process.disconnect?.()
