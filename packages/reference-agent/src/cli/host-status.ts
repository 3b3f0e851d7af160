import type { AgentStatus } from '../agent/agent-status.js'

/** What `status --json` prints. */
export interface HostStatus extends AgentStatus {
  readonly name: string
  readonly interfaceName: string
  readonly serverUrl: string
  readonly running: boolean
  /** `null`: no agent runs. */
  readonly pid: number | null
}
