/** WireGuard keys for hosts that the lab makes. */
import { generateKeyPairSync } from 'node:crypto'
import { type WireguardPublicKey, wireguardKeyFromBytes } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** A WireGuard key pair, raw. */
export interface Keys {
  readonly privateKey: Uint8Array
  readonly publicKey: WireguardPublicKey
}

/** A new pair. */
export function makeKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const publicBytes = wireguardKeyFromBytes(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  if (E.isLeft(publicBytes)) throw new Error(publicBytes.left.reason)
  return {
    privateKey: Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)),
    publicKey: publicBytes.right,
  }
}
