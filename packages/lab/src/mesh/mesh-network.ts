import { randomUUID } from 'node:crypto'
import type { ApiClient } from './api-client.js'

/** The network that every lab mesh has. */
export const meshNetwork = { name: 'demo', range4: '10.66.0.0/24', range6: 'fd66::/64' } as const

export const isMeshIpv4 = (address: string): boolean => address.startsWith('10.66.0.')
export const isMeshIpv6 = (address: string): boolean => /^fd66:(0:0:0)?:/.test(address)

/** The id of the mesh's network, which is made at the first start on a data folder. */
export async function ensureNetwork(api: ApiClient): Promise<string> {
  const path = '/api/v1/networks'
  const { networks } = await api.get<{ networks: readonly SeenNetwork[] }>(path)
  const known = networks.find(({ name }) => name === meshNetwork.name)
  return (known ?? (await api.post<{ network: SeenNetwork }>(path, meshNetwork)).network).networkId
}

/** A new enrolment key for so many hosts, with further terms; its token. */
export async function makeEnrollmentToken(
  api: ApiClient,
  networkId: string,
  uses: number,
  terms: object = {},
): Promise<string> {
  const key = { name: `key-${randomUUID()}`, networkIds: [networkId], maxUses: uses, ...terms }
  return (await api.post<{ token: string }>('/api/v1/enrollment-keys', key)).token
}

interface SeenNetwork {
  readonly networkId: string
  readonly name: string
}
