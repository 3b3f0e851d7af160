/** What a gateway is and where it is reached, for people. */
import type { NodeView } from '../api/node-api.js'
import { plain } from './cli-io.js'

type Gateway = Pick<NodeView, 'name' | 'networkName' | 'gateway'>

/** In a table. */
export const roleText = ({ gateway }: Gateway): string => {
  if (gateway === null) return '-'
  const role = gateway.internet ? 'internet gateway' : 'gateway'
  return unprovenOf({ gateway }).length === 0 ? role : `${role}, unproven`
}

/** Where it was declared to be and nobody has arrived yet, and what to look at (B1). */
export const unprovenLines = (node: Gateway): readonly string[] =>
  unprovenOf(node).map(
    (endpoint) =>
      `${plain(`${node.name}.${node.networkName}`)}: no peer has told this server that it arrived at ${endpoint}, which was declared. Is that UDP port forwarded to the host, and let in?\n`,
  )

const unprovenOf = ({ gateway }: Pick<Gateway, 'gateway'>) =>
  (gateway?.endpoints ?? []).filter(({ proof }) => proof === 'unproven').map(({ endpoint }) => endpoint)
