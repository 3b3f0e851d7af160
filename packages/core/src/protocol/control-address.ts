/** IPv6 control addresses: each follows from a key, so that nobody can choose one, and everyone can check it. */
import type { Crypto } from '../ports/crypto.js'
import {
  type IdentityPublicKey,
  type IpPrefix,
  type Ipv6Address,
  identityKeyToBytes,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  type MeshId,
  prefixFirst,
  prefixLength,
} from '../values/index.js'
import { utf8Bytes } from './bytes.js'

const UNIQUE_LOCAL = 0xfdn

/** A mesh's IPv6 control range unless its settings say otherwise: `fd` and 40 bits of SHA-256(mesh id), a /48 (RFC 4193). */
export const controlRange6Of = (crypto: Crypto, meshId: MeshId): IpPrefix => {
  const bits = firstBits(crypto.sha256(utf8Bytes(meshId)), 40)
  return `${ipAddressFromBigInt(6, ((UNIQUE_LOCAL << 40n) | bits) << 80n)}/48` as IpPrefix
}

/** A host's control address: the mesh's IPv6 control range, filled up with the first bits of SHA-256(identity key), 80 for a /48. */
export const controlAddress6Of = (crypto: Crypto, range: IpPrefix, identityKey: IdentityPublicKey): Ipv6Address => {
  const bits = firstBits(crypto.sha256(identityKeyToBytes(identityKey)), 128 - prefixLength(range))
  return ipAddressFromBigInt(6, ipAddressToBigInt(prefixFirst(range)) | bits) as Ipv6Address
}

const firstBits = (hash: Uint8Array, count: number): bigint => {
  let number = 0n
  for (const byte of hash) number = (number << 8n) | BigInt(byte)
  return number >> BigInt(hash.length * 8 - count)
}
