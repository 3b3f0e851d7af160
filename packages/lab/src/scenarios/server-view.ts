import type { MeshServer } from '../mesh/mesh-server.js'

/** Of a host, what scenarios look at. */
export interface SeenHost {
  readonly hostId: string
  readonly name: string
  readonly listenPort: number
  readonly wireguardKey: string
  readonly presence: { readonly online: boolean }
}

/** Of an event, what scenarios look at. */
export interface SeenEvent {
  readonly revision: number
  readonly eventId: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

export async function hostsOf({ api }: MeshServer): Promise<readonly SeenHost[]> {
  return (await api.get<{ hosts: readonly SeenHost[] }>('/api/v1/hosts')).hosts
}

/** The host of that name. @throws Error where there is none */
export async function hostNamed(server: MeshServer, name: string): Promise<SeenHost> {
  const host = (await hostsOf(server)).find((candidate) => candidate.name === name)
  if (host === undefined) throw new Error(`The server knows no host ${name}.`)
  return host
}

/** The whole log, from the first event on. */
export async function eventsOf({ api }: MeshServer): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = []
  for (let from = 0; ; ) {
    const page = await api.get<{ events: readonly SeenEvent[]; nextFrom: number }>(
      `/api/v1/events?from=${from}&limit=1000`,
    )
    events.push(...page.events)
    if (page.events.length === 0 || page.nextFrom <= from) return events
    from = page.nextFrom
  }
}

/** A node that has another gateway than before. */
interface SeenMove {
  readonly nodeId: unknown
  readonly cause: unknown
  /** How many gateways were measured for it. */
  readonly measured: number
}

/** Those among events. */
export const movesOf = (events: readonly SeenEvent[]): readonly SeenMove[] =>
  events.flatMap(({ type, data }) => {
    if (type !== 'RelayMoved') return []
    const evidence = data.evidence as { readonly measured: readonly unknown[] } | null
    return [{ nodeId: data.nodeId, cause: data.cause, measured: evidence?.measured.length ?? 0 }]
  })
