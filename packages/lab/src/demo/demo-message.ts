/** What the part of the demo inside the sandbox tells the part outside, a JSON line each on its stdout. */
import type { DemoReport } from './demo-report.js'

/** Given to the inner part as its only argument, as JSON. */
export interface DemoPlan {
  readonly hostNames: readonly string[]
  readonly dataFolder: string
  /** Unix milliseconds when the user's command began. */
  readonly startedAt: number
  readonly tour: boolean
}

export type DemoMessage =
  | { readonly kind: 'progress'; readonly text: string }
  /** Everybody has pinged everybody. */
  | { readonly kind: 'meshed'; readonly report: DemoReport }
  /** What the tour says and shows, a line. */
  | { readonly kind: 'tour'; readonly text: string }
  | DemoUp
  /** With its process number inside the sandbox. */
  | { readonly kind: 'server-again'; readonly serverPid: number }
  | { readonly kind: 'failed'; readonly reason: string }

export interface DemoUp {
  readonly kind: 'up'
  readonly report: DemoReport
  /** The server's unix socket. */
  readonly socketFile: string
  readonly adminToken: string
  /** The server's process number inside the sandbox. */
  readonly serverPid: number
}
