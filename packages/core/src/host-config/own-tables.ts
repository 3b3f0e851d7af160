import type { SelfFragment } from './fragment.js'

/**
 * Whether a host's driver asks routing tables of its own before the host's: for a full tunnel (D5), and for routes that not everybody's
 * packets may take (E5, E7, E10). Who can do the one can do the other.
 */
export const asksOwnTables = ({ capabilities }: Pick<SelfFragment, 'capabilities'>): boolean =>
  capabilities.includes('full-tunnel')
