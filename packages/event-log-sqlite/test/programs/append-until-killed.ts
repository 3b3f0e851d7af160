/**
 * Appends batches to three streams at once until it is killed, and says on stdout what it tries and what was acknowledged.
 * Arguments: the file, a name for this run.
 */
import { writeSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { batchOf, writeLine } from '../batches.js'
import { openLog } from '../temporary-log.js'

const [path = '', run = ''] = process.argv.slice(2)
const log = await openLog({ path })

await Promise.all(['mesh-a', 'mesh-b', 'mesh-c'].map(appendForEver))

async function appendForEver(stream: string): Promise<never> {
  let expectedRevision = E.getOrElse(() => -1)(await log.headRevision(stream))
  for (let n = 0; ; n += 1) {
    const line = { stream, expectedRevision, name: `${run}-${stream}-${n}`, size: 1 + ((n * 7) % 20) }
    // Synchronously: what was written before the kill must reach the parent, or the test proves nothing.
    writeSync(1, writeLine({ kind: 'try', ...line }))
    const outcome = await log.append(stream, expectedRevision, batchOf(line.name, line.size))
    if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
    writeSync(1, writeLine({ kind: 'ack', ...line }))
    expectedRevision = outcome.right.headRevision
  }
}
