/**
 * One wire: moves Ethernet frames between two TAP devices, late or never.
 *
 * Started by `net/wire.ts`. File descriptors of the devices come in TAP_FDS; each line of stdin is a JSON object that
 * changes the settings from then on; the end of stdin ends the wire. Imports nothing of this package.
 */
import { read, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const settings = { delayMs: 0, jitterMs: 0, lossPercent: 0 }
const [left = -1, right = -1] = (process.env.TAP_FDS ?? '').split(',').map(Number)
const largestFrame = 65_536

/** When the last frame of a direction leaves: jitter delays frames, it does not reorder them. */
const lastLeaves = new Map<number, number>()

function carry(from: number, to: number): void {
  const buffer = Buffer.allocUnsafe(largestFrame)
  read(from, buffer, 0, largestFrame, null, (error, length) => {
    if (error !== null && error.code !== 'EAGAIN') {
      // The device is down at first, and again when its host is gone.
      setTimeout(() => carry(from, to), 5)
      return
    }
    if (length > 0 && Math.random() * 100 >= settings.lossPercent) send(to, Buffer.from(buffer.subarray(0, length)))
    carry(from, to)
  })
}

function send(to: number, frame: Buffer): void {
  const now = performance.now()
  const leaves = Math.max(now + settings.delayMs + Math.random() * settings.jitterMs, lastLeaves.get(to) ?? 0)
  lastLeaves.set(to, leaves)
  if (leaves - now < 0.5) put(to, frame)
  else setTimeout(put, leaves - now, to, frame)
}

function put(to: number, frame: Buffer): void {
  try {
    writeSync(to, frame)
  } catch {
    // The far end is down: the frame is lost, as on any wire.
  }
}

carry(left, right)
carry(right, left)
createInterface({ input: process.stdin })
  .on('line', (line) => Object.assign(settings, JSON.parse(line)))
  // Reads that block a thread would make a gentle exit wait for ever.
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
process.stdout.write('ready\n')
