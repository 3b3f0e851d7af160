import {
  type CommandId,
  type Crypto,
  commandId,
  type EnrollmentKeyId,
  enrollmentKeyId,
  type HostId,
  hostId,
  type MeshId,
  meshId,
  type NetworkId,
  type NodeId,
  networkId,
  nodeId,
} from '@meshfold/core'

/** Makes ids that nothing else has: a word for its kind, and 96 random bits. */
export interface FreshIds {
  readonly command: () => CommandId
  readonly host: () => HostId
  readonly node: () => NodeId
  readonly network: () => NetworkId
  readonly enrollmentKey: () => EnrollmentKeyId
  readonly mesh: () => MeshId
  /** For anything else: the word says of what kind. */
  readonly of: (word: string) => string
}

export const createFreshIds = (crypto: Crypto): FreshIds => {
  const random = () => base32(crypto.randomBytes(12))
  return {
    command: () => commandId(`cmd_${random()}`),
    host: () => hostId(`host_${random()}`),
    node: () => nodeId(`node_${random()}`),
    network: () => networkId(`net_${random()}`),
    enrollmentKey: () => enrollmentKeyId(`key_${random()}`),
    mesh: () => meshId(`mesh_${random()}`),
    of: (word) => `${word}_${random()}`,
  }
}

/** RFC 4648's digits in lower case: easy to read out, safe in URLs, file names and shells. */
const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567'

const base32 = (bytes: Uint8Array): string => {
  let number = 0n
  for (const byte of bytes) number = (number << 8n) | BigInt(byte)
  let text = ''
  for (let left = Math.ceil((bytes.length * 8) / 5); left > 0; left -= 1) {
    text = `${DIGITS[Number(number & 31n)]}${text}`
    number >>= 5n
  }
  return text
}
