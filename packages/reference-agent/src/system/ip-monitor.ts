import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { UnderlayEvents, WatchUnderlay } from '../agent/agent-options.js'

const MONITOR = ['ip', '-o', 'monitor', 'link', 'address', 'route'] as const
/** Ends the child with its parent, however that ends. */
const TIED = ['setpriv', '--pdeathsig', 'KILL', '--'] as const

/** Where `ip` is on older systems, which is on nobody's path but root's. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** As the driver finds its programs: whoever starts the agent may have a shorter path. */
export const searchPath = (inherited: string | undefined): string =>
  [...(inherited ?? '').split(':').filter(Boolean), ...SYSTEM_FOLDERS].join(':')

/**
 * Watches Linux's network by one `ip monitor`, which sleeps until something happens. Of `ownInterface` only its
 * end is told: the rest is our own doing.
 */
export function watchByIpMonitor(ownInterface: string): WatchUnderlay {
  return (events) => {
    let hasStopped = false
    let child: ChildProcess | undefined
    const start = (command: readonly string[], onMissing: () => void) => {
      const [file = '', ...args] = command
      const env = { ...process.env, PATH: searchPath(process.env.PATH) }
      const started = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], env })
      child = started
      let isMissing = false
      started.once('error', () => {
        isMissing = true
        onMissing()
      })
      started.once('close', (code) => {
        if (!hasStopped && !isMissing) events.onFailed(`\`ip monitor\` ended (exit code ${String(code)})`)
      })
      if (started.stdout !== null)
        createInterface({ input: started.stdout }).on('line', (line) => tell(line, ownInterface, events))
    }
    start([...TIED, ...MONITOR], () => start(MONITOR, () => events.onFailed('`ip` could not be started')))
    return () => {
      hasStopped = true
      child?.kill('SIGKILL')
    }
  }
}

const ADDRESS_GONE = /^Deleted \d+: (\S+?)(?:@\S+)?\s+inet6? \S+.*\bscope (?:global|site)\b/
const INTERFACE_OF = /^(?:Deleted )?\d+: ([^\s:@]+)|\bdev (\S+)/

/** A link as such, not one of its addresses. */
const LINK_GONE = /^Deleted \d+: [^\s:]+: </

/** What one line of `ip -o monitor` means. */
export function tell(line: string, ownInterface: string, events: Omit<UnderlayEvents, 'onFailed'>): void {
  const concerned = INTERFACE_OF.exec(line)
  if ((concerned?.[1] ?? concerned?.[2]) === ownInterface) {
    if (LINK_GONE.test(line)) events.onOwnInterfaceGone()
    return
  }
  const gone = ADDRESS_GONE.exec(line)?.[1]
  if (gone === undefined) events.onChanged()
  else events.onAddressGone(gone)
}
