/**
 * Packet filters of others. Where several look at the same packet, each may drop it and none can overrule another's drop: what the own
 * filter lets through is lost in a foreign one that drops what it doesn't know. So that one is asked, by a rule of our own at its
 * beginning, to leave the mesh's packets to our filter.
 */
/** The system's name of a foreign filter, such as `inet firewalld filter_FORWARD`; unique on its host. */
export type ForeignFilterName = string

/** A foreign filter that may drop what is the mesh's. One that lets everything through is none. */
export interface ForeignFilter {
  /** Which packets it sees: those for the host, or those that it passes on. */
  readonly hook: 'input' | 'forward'
  readonly passage: Passage
}

/** Whether packets of the mesh get past a foreign filter. */
export type Passage =
  | { readonly state: 'closed' }
  /** By our rule, or because its owner let them. `listenPort`: the one of WireGuard that our rule speaks of; `null`: it speaks of none. */
  | { readonly state: 'open'; readonly listenPort: number | null }
  /** The driver can't open it; `wayOut` says in English who can, and how. */
  | { readonly state: 'locked'; readonly wayOut: string }
