import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { decodeBase64, type HostDriverError, type WireguardPublicKey, wireguardKeyFromBytes } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { PrivateKeySource } from './linux-driver-options.js'

/** RFC 8410: what stands before the 32 bytes of an X25519 private key in PKCS #8. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const KEY_BYTES = 32

/** Reads the key; no error says anything about its content. */
export async function loadPrivateKey(
  source: PrivateKeySource,
  wanted: WireguardPublicKey,
  action: string,
): Promise<E.Either<HostDriverError, Uint8Array>> {
  const refuse = (reason: string) => E.left<HostDriverError>({ code: 'host-refused', action, reason })
  const loaded = typeof source === 'function' ? await source(wanted) : await readKeyFile(source.file)
  if (E.isLeft(loaded)) return refuse(`the private key can't be had: ${loaded.left.reason}`)
  if (loaded.right.length !== KEY_BYTES)
    return refuse(`a private key has ${KEY_BYTES} bytes, this one ${loaded.right.length}`)
  return loaded
}

/** Reads the key and makes sure that its public half is the one wanted, so that no host takes another's name. */
export async function loadFittingPrivateKey(
  source: PrivateKeySource,
  wanted: WireguardPublicKey,
  action: string,
): Promise<E.Either<HostDriverError, Uint8Array>> {
  const loaded = await loadPrivateKey(source, wanted, action)
  if (E.isLeft(loaded) || publicKeyOf(loaded.right) === wanted) return loaded
  return E.left({ code: 'host-refused', action, reason: `the private key held here is not the one of ${wanted}` })
}

/** The public half of 32 bytes of private key (RFC 7748, clamping included). */
export function publicKeyOf(privateKey: Uint8Array): WireguardPublicKey | undefined {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, privateKey]), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  const bytes = wireguardKeyFromBytes(Buffer.from(x ?? '', 'base64url'))
  return E.isRight(bytes) ? bytes.right : undefined
}

async function readKeyFile(file: string): Promise<E.Either<{ readonly reason: string }, Uint8Array>> {
  try {
    const decoded = decodeBase64((await readFile(file, 'utf8')).trim(), 'standard')
    return E.isLeft(decoded) ? E.left({ reason: `${file} holds no base64` }) : decoded
  } catch (error) {
    return E.left({ reason: error instanceof Error ? error.message : `${file} can't be read` })
  }
}
