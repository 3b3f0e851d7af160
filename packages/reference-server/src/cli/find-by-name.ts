/** People name things; the API knows them by id. */
import { type ClientView, clientsAnswer } from '../api/client-api.js'
import { enrollmentKeysAnswer } from '../api/enrollment-key-api.js'
import { type HostView, hostsAnswer } from '../api/host-api.js'
import { networksAnswer } from '../api/network-api.js'
import { type NodeView, nodesAnswer } from '../api/node-api.js'
import type { ApiClient } from './api-client.js'
import { refused } from './cli-error.js'
import { wholeState } from './whole-state.js'

/** Every host, page by page. */
export const allHosts = async (client: ApiClient): Promise<readonly HostView[]> => {
  const hosts: HostView[] = []
  for (let after: string | undefined; ; ) {
    const page = await client.call({ path: '/hosts', query: { after }, answer: hostsAnswer })
    hosts.push(...page.hosts)
    if (page.next === null) return hosts
    after = page.next
  }
}

/** Every node, or those of one network, page by page. */
export const allNodes = async (client: ApiClient, networkId?: string): Promise<readonly NodeView[]> => {
  const nodes: NodeView[] = []
  for (let after: string | undefined; ; ) {
    const page = await client.call({ path: '/nodes', query: { after, networkId }, answer: nodesAnswer })
    nodes.push(...page.nodes)
    if (page.next === null) return nodes
    after = page.next
  }
}

/** Every client, or those of one network, page by page. */
export const allClients = async (client: ApiClient, networkId?: string): Promise<readonly ClientView[]> => {
  const clients: ClientView[] = []
  for (let after: string | undefined; ; ) {
    const page = await client.call({ path: '/clients', query: { after, networkId }, answer: clientsAnswer })
    clients.push(...page.clients)
    if (page.next === null) return clients
    after = page.next
  }
}

export const findNetworkId = async (client: ApiClient, nameOrId: string): Promise<string> => {
  const { networks } = await client.call({ path: '/networks', answer: networksAnswer })
  return only(
    'network',
    nameOrId,
    networks.map(({ networkId, name }) => ({ id: networkId, name })),
  )
}

export const findHostId = async (client: ApiClient, nameOrId: string): Promise<string> =>
  only(
    'host',
    nameOrId,
    (await allHosts(client)).map(({ hostId, name }) => ({ id: hostId, name })),
  )

/** By the name that it had then; it may be gone since. */
export const findPastHostId = async (client: ApiClient, nameOrId: string, at: string): Promise<string> => {
  const { things } = await wholeState(client, at, 'hosts')
  return only(
    'host',
    nameOrId,
    things.map(({ id, name }) => ({ id, name: name ?? id })),
    `meshfold state --kind hosts --at ${at}`,
  )
}

/** A node's name is its own in its network only: `alpha.office` says which. */
export const findNodeId = async (client: ApiClient, nameOrId: string): Promise<string> =>
  only(
    'node',
    nameOrId,
    (await allNodes(client)).flatMap(({ nodeId, name, networkName }) => [
      { id: nodeId, name },
      { id: nodeId, name: `${name}.${networkName}` },
    ]),
  )

export const findKeyId = async (client: ApiClient, nameOrId: string): Promise<string> => {
  const { enrollmentKeys } = await client.call({ path: '/enrollment-keys', answer: enrollmentKeysAnswer })
  return only(
    'key',
    nameOrId,
    enrollmentKeys.map(({ keyId, name }) => ({ id: keyId, name })),
  )
}

const only = (
  what: string,
  nameOrId: string,
  all: readonly { readonly id: string; readonly name: string }[],
  list = `meshfold ${what} list`,
): string => {
  if (all.some(({ id }) => id === nameOrId)) return nameOrId
  const ids = [...new Set(all.filter(({ name }) => name === nameOrId).map(({ id }) => id))]
  const [id] = ids
  if (id === undefined)
    throw refused(`${what}-unknown`, `There is no ${what} "${nameOrId}". See what there is: ${list}`)
  if (ids.length > 1)
    throw refused(`${what}-ambiguous`, `Several have the name "${nameOrId}": ${ids.join(', ')}. Give the id.`)
  return id
}
