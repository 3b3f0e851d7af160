import type { Clock } from '@meshfold/core'
import type { AbsenceTimes } from '../agents/sweeper.js'
import type { ServerContext } from '../http/server-context.js'
import type { ServerLog } from '../server-log.js'
import type { ListenAddress } from './listen-address.js'

/** What a server is started with. */
export interface ServerOptions {
  /** The data folder; made at the first start. */
  readonly data: string
  readonly listen: readonly ListenAddress[]
  /** Where agents and people reach this server, if not by the addresses it listens on. */
  readonly publicUrl?: string | undefined
  /** Other names under which it may be called. */
  readonly allowHosts?: readonly string[] | undefined
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined
  /** For a new mesh. */
  readonly meshName?: string | undefined
  /** For a new mesh. */
  readonly domain?: string | undefined
  readonly serverLog: ServerLog
  /** Metrics of the process itself too. */
  readonly processMetrics?: boolean | undefined
  readonly clock?: Clock | undefined
  /** When an ephemeral node counts as away; left out: as long as is usual. */
  readonly absence?: AbsenceTimes | undefined
  /** False: without the status page. */
  readonly servePage?: boolean | undefined
}

/** A server that runs. */
export interface RunningServer {
  readonly urls: readonly string[]
  readonly meshId: string
  /** When it was made just now; shown this once. */
  readonly adminToken: string | null
  readonly context: ServerContext
  /** Agents are told, commands that wait are answered, the log is closed. Calling it twice is fine. */
  readonly stop: () => Promise<void>
}
