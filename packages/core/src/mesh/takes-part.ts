import type { Node } from './mesh-state.js'

/** Whether a node is a peer of others now. An ephemeral node that is away still is, until it is removed. */
export const takesPart = (node: Node): boolean => node.approval === 'approved' && node.connected && !node.expired
