/**
 * The cryptography that Meshfold needs, by its standard names, synchronous. Keys and signatures are raw bytes as the RFCs
 * write them (X25519: RFC 7748, Ed25519: RFC 8032, HKDF: RFC 5869). Wrong lengths throw: they are faults of the caller, and
 * everything that comes from outside was decoded before it got here.
 */
export interface Crypto {
  /** Fit for keys: from the system's source. */
  readonly randomBytes: (length: number) => Uint8Array
  /** 32 bytes (FIPS 180-4). */
  readonly sha256: (data: Uint8Array) => Uint8Array
  /** 32 bytes (RFC 2104). */
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array
  /** HKDF with SHA-256. */
  readonly hkdfSha256: (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) => Uint8Array
  /** Compares without telling by its duration where the difference is; unequal lengths are unequal. */
  readonly equalsConstantTime: (a: Uint8Array, b: Uint8Array) => boolean
  /** A fresh pair. */
  readonly generateX25519: () => KeyPair
  /** The public half of a private key. */
  readonly x25519PublicKeyOf: (privateKey: Uint8Array) => Uint8Array
  /** `undefined` when the other side's key is of low order, so that the shared secret would be zero (RFC 7748 §6.1). */
  readonly x25519: (privateKey: Uint8Array, otherPublicKey: Uint8Array) => Uint8Array | undefined
  /** A fresh pair. */
  readonly generateEd25519: () => KeyPair
  /** The public half of a private key. */
  readonly ed25519PublicKeyOf: (privateKey: Uint8Array) => Uint8Array
  /** 64 bytes. */
  readonly signEd25519: (privateKey: Uint8Array, message: Uint8Array) => Uint8Array
  /** Whether the holder of the private half signed exactly this message. By a key that is no point of the curve nobody did. */
  readonly verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  /** AES-256-GCM; the answer is nonce (12 bytes), ciphertext, tag (16 bytes). */
  readonly seal: (key: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array) => Uint8Array
  /** `undefined` when the box was not sealed with this key and these data. */
  readonly open: (key: Uint8Array, box: Uint8Array, associatedData: Uint8Array) => Uint8Array | undefined
}

/** 32 bytes each: the private half is the seed for Ed25519, the scalar for X25519. */
export interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}
