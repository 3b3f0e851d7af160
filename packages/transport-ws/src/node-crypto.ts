import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { Crypto, KeyPair } from '@meshfold/core'

type Curve = 'x25519' | 'ed25519'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const GCM_NONCE_BYTES = 12
const GCM_TAG_BYTES = 16

/** RFC 8410: what stands before the 32 raw bytes in DER, by which Node takes and gives keys. */
const DER_PREFIX: Readonly<Record<Curve, { readonly privateKey: Buffer; readonly publicKey: Buffer }>> = {
  x25519: {
    privateKey: Buffer.from('302e020100300506032b656e04220420', 'hex'),
    publicKey: Buffer.from('302a300506032b656e032100', 'hex'),
  },
  ed25519: {
    privateKey: Buffer.from('302e020100300506032b657004220420', 'hex'),
    publicKey: Buffer.from('302a300506032b6570032100', 'hex'),
  },
}

/**
 * {@link Crypto} on Node's own OpenSSL. It remembers what Node made of a key's bytes for as long as the array lives, which
 * saves most of the time of an HMAC: so an array that was used as a key must not be written to.
 */
export const nodeCrypto: Crypto = {
  randomBytes: (length) => plain(randomBytes(length)),
  sha256: (data) => plain(createHash('sha256').update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac('sha256', secretKey(key)).update(data).digest()),
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync('sha256', secret, salt, info, length)),
  equalsConstantTime: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  generateX25519: () => rawPair('x25519', generateKeyPairSync('x25519')),
  x25519PublicKeyOf: (privateKey) => publicKeyOf('x25519', privateKey),
  x25519,
  generateEd25519: () => rawPair('ed25519', generateKeyPairSync('ed25519')),
  ed25519PublicKeyOf: (privateKey) => publicKeyOf('ed25519', privateKey),
  signEd25519: (privateKey, message) => plain(sign(null, message, importPrivate('ed25519', privateKey))),
  verifyEd25519,
  seal,
  open,
}

function x25519(privateKey: Uint8Array, otherPublicKey: Uint8Array): Uint8Array | undefined {
  const keys = { privateKey: importPrivate('x25519', privateKey), publicKey: importPublic('x25519', otherPublicKey) }
  try {
    const shared = plain(diffieHellman(keys))
    return shared.every((byte) => byte === 0) ? undefined : shared
  } catch {
    // OpenSSL refuses to derive from a key of low order.
    return undefined
  }
}

function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  checkLength('An Ed25519 signature', signature, SIGNATURE_BYTES)
  const key = importPublic('ed25519', publicKey)
  try {
    return verify(null, message, key, signature)
  } catch {
    // 32 bytes that are no point of the curve.
    return false
  }
}

function seal(key: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  checkLength('An AES-256 key', key, KEY_BYTES)
  const nonce = randomBytes(GCM_NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associatedData)
  return plain(Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}

function open(key: Uint8Array, box: Uint8Array, associatedData: Uint8Array): Uint8Array | undefined {
  checkLength('An AES-256 key', key, KEY_BYTES)
  if (box.length < GCM_NONCE_BYTES + GCM_TAG_BYTES) return undefined
  const nonce = box.subarray(0, GCM_NONCE_BYTES)
  const options = { authTagLength: GCM_TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(associatedData)
  decipher.setAuthTag(box.subarray(-GCM_TAG_BYTES))
  try {
    return plain(Buffer.concat([decipher.update(box.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES)), decipher.final()]))
  } catch {
    return undefined
  }
}

function rawPair(curve: Curve, pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): KeyPair {
  const privateKey = plain(pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY_BYTES))
  privateKeys[curve].set(privateKey, pair.privateKey)
  return { privateKey, publicKey: rawPublic(pair.publicKey) }
}

function publicKeyOf(curve: Curve, privateKey: Uint8Array): Uint8Array {
  return rawPublic(createPublicKey(importPrivate(curve, privateKey)))
}

function rawPublic(key: KeyObject): Uint8Array {
  return plain(key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES))
}

function importPrivate(curve: Curve, privateKey: Uint8Array): KeyObject {
  return remembered(privateKeys[curve], privateKey, () => {
    checkLength('A private key', privateKey, KEY_BYTES)
    const key = Buffer.concat([DER_PREFIX[curve].privateKey, privateKey])
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  })
}

function secretKey(key: Uint8Array): KeyObject {
  return remembered(secretKeys, key, () => createSecretKey(key))
}

type KeyMemory = WeakMap<Uint8Array, KeyObject>
const secretKeys: KeyMemory = new WeakMap()
const privateKeys: Readonly<Record<Curve, KeyMemory>> = { x25519: new WeakMap(), ed25519: new WeakMap() }

function remembered(memory: KeyMemory, bytes: Uint8Array, make: () => KeyObject): KeyObject {
  const known = memory.get(bytes)
  if (known !== undefined) return known
  const made = make()
  memory.set(bytes, made)
  return made
}

function importPublic(curve: Curve, publicKey: Uint8Array): KeyObject {
  checkLength('A public key', publicKey, KEY_BYTES)
  const key = Buffer.concat([DER_PREFIX[curve].publicKey, publicKey])
  return createPublicKey({ key, format: 'der', type: 'spki' })
}

function checkLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new TypeError(`${what} has ${length} bytes, not ${bytes.length}`)
}

/** A `Uint8Array` of its own: a `Buffer` may share its memory with others, and compares as another type in tests. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}
