import { spawn } from 'node:child_process'
import { toolPath } from '../tool-path.js'
import type { Host } from './host.js'

/** One end of a cable. */
export interface LinkEnd {
  readonly host: Host
  readonly interfaceName: string
}

/** The two ends of a cable. */
export type LinkEnds = readonly [LinkEnd, LinkEnd]

/** Lays any number of cables between hosts, in one process. The interfaces are down afterwards. */
export async function layCables(links: readonly LinkEnds[]): Promise<void> {
  await ipBatch(
    links.map(([a, b]) => {
      const peer = `peer name ${b.interfaceName} netns ${b.host.pid}`
      return `link add ${a.interfaceName} netns ${a.host.pid} type veth ${peer}`
    }),
  )
}

/** Runs lines of `ip -batch` in the lab's own namespaces. */
export async function ipBatch(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const ip = spawn('ip', ['-batch', '-'], { env: { ...process.env, PATH: toolPath() } })
  let errors = ''
  ip.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = new Promise<number | null>((resolve, reject) => ip.once('error', reject).once('close', resolve))
  ip.stdin.end(`${lines.join('\n')}\n`)
  if ((await code) !== 0) throw new Error(`ip -batch failed: ${errors}\n${lines.join('\n')}`)
}
