import { describe, expect, test } from 'vitest'
import { nodeCrypto } from './node-crypto.js'

const { sha256, hmacSha256, hkdfSha256, x25519, x25519PublicKeyOf, signEd25519, verifyEd25519, seal, open } = nodeCrypto

describe('the vectors of the standards', () => {
  test('SHA-256 (FIPS 180-4, "abc" and the empty message)', () => {
    expect(toHex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(toHex(sha256(utf8('')))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  test.each([
    // RFC 4231 §4.2, §4.3, §4.7
    ['0b'.repeat(20), toHex(utf8('Hi There')), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      toHex(utf8('Jefe')),
      toHex(utf8('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('HMAC-SHA-256 (RFC 4231) %#', (key, data, mac) => {
    expect(toHex(hmacSha256(bytes(key), bytes(data)))).toBe(mac)
  })

  test.each([
    // RFC 5869 A.1 and A.3
    [
      '000102030405060708090a0b0c',
      'f0f1f2f3f4f5f6f7f8f9',
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ],
    ['', '', '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'],
  ])('HKDF-SHA-256 (RFC 5869) %#', (salt, info, okm) => {
    expect(toHex(hkdfSha256(bytes('0b'.repeat(22)), bytes(salt), bytes(info), 42))).toBe(okm)
  })

  test('X25519 (RFC 7748 §6.1)', () => {
    const alice = bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
    const bob = bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    const alicePublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'
    const bobPublic = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'
    expect(toHex(x25519PublicKeyOf(alice))).toBe(alicePublic)
    expect(toHex(x25519PublicKeyOf(bob))).toBe(bobPublic)
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
    expect(toHex(x25519(alice, bytes(bobPublic)))).toBe(shared)
    expect(toHex(x25519(bob, bytes(alicePublic)))).toBe(shared)
  })

  test('X25519 (RFC 7748 §5.2, first vector)', () => {
    const scalar = bytes('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4')
    const point = bytes('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')
    expect(toHex(x25519(scalar, point))).toBe('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552')
  })

  test.each([
    // RFC 8032 §7.1, tests 1 to 3
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('Ed25519 (RFC 8032 §7.1) %#', (privateKey, publicKey, message, signature) => {
    expect(toHex(nodeCrypto.ed25519PublicKeyOf(bytes(privateKey)))).toBe(publicKey)
    expect(toHex(signEd25519(bytes(privateKey), bytes(message)))).toBe(signature)
    expect(verifyEd25519(bytes(publicKey), bytes(message), bytes(signature))).toBe(true)
    expect(verifyEd25519(bytes(publicKey), bytes(`${message}00`), bytes(signature))).toBe(false)
  })

  test('AES-256-GCM (McGrew and Viega, test case 16)', () => {
    const key = bytes('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')
    const associatedData = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2')
    const box = bytes(
      `cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b`,
    )
    const plaintext =
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'
    expect(toHex(open(key, box, associatedData))).toBe(plaintext)
  })
})

describe('what the port promises besides', () => {
  test('a shared secret with a key of low order is none', () => {
    const { privateKey } = nodeCrypto.generateX25519()
    const lowOrder = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(30)}7f`,
    ]
    for (const key of lowOrder) expect(x25519(privateKey, bytes(key))).toBeUndefined()
  })

  test('generated pairs belong together and differ', () => {
    const [a, b] = [nodeCrypto.generateX25519(), nodeCrypto.generateX25519()]
    expect(x25519PublicKeyOf(a.privateKey)).toEqual(a.publicKey)
    expect(x25519(a.privateKey, b.publicKey)).toEqual(x25519(b.privateKey, a.publicKey))
    const identity = nodeCrypto.generateEd25519()
    expect(nodeCrypto.ed25519PublicKeyOf(identity.privateKey)).toEqual(identity.publicKey)
    expect(a.privateKey).not.toEqual(b.privateKey)
  })

  test('a box opens only with its key and its data, and none is like another', () => {
    const [key, data, text] = [nodeCrypto.randomBytes(32), utf8('about'), utf8('secret')]
    const box = seal(key, text, data)
    expect(box).toHaveLength(12 + text.length + 16)
    expect(open(key, box, data)).toEqual(text)
    expect(seal(key, text, data)).not.toEqual(box)
    expect(open(nodeCrypto.randomBytes(32), box, data)).toBeUndefined()
    expect(open(key, box, utf8('other'))).toBeUndefined()
    for (let i = 0; i < box.length; i++) {
      expect(
        open(
          key,
          box.map((byte, at) => (at === i ? byte ^ 1 : byte)),
          data,
        ),
      ).toBeUndefined()
    }
    for (const length of [0, 12, 27, 28]) expect(open(key, box.subarray(0, length), data)).toBeUndefined()
  })

  test('equality by content, whatever the length', () => {
    expect(nodeCrypto.equalsConstantTime(bytes('0102'), bytes('0102'))).toBe(true)
    expect(nodeCrypto.equalsConstantTime(bytes('0102'), bytes('0103'))).toBe(false)
    expect(nodeCrypto.equalsConstantTime(bytes('0102'), bytes('010200'))).toBe(false)
    expect(nodeCrypto.equalsConstantTime(bytes(''), bytes(''))).toBe(true)
  })

  test('what is no point of the curve signs nothing', () => {
    const noPoint = bytes(`02${'00'.repeat(31)}`)
    expect(verifyEd25519(noPoint, utf8('text'), new Uint8Array(64))).toBe(false)
  })

  test('wrong lengths are faults of the caller', () => {
    const short = new Uint8Array(31)
    const key = nodeCrypto.randomBytes(32)
    expect(() => x25519(short, key)).toThrow(TypeError)
    expect(() => x25519(key, short)).toThrow(TypeError)
    expect(() => signEd25519(short, key)).toThrow(TypeError)
    expect(() => verifyEd25519(key, key, new Uint8Array(63))).toThrow(TypeError)
    expect(() => seal(short, key, key)).toThrow(TypeError)
    expect(() => open(short, key, key)).toThrow(TypeError)
  })

  test('answers are plain arrays of their own', () => {
    const all = [
      nodeCrypto.randomBytes(8),
      sha256(utf8('a')),
      hmacSha256(utf8('k'), utf8('a')),
      seal(sha256(utf8('k')), utf8('a'), utf8('')),
    ]
    for (const answer of all) {
      expect(Object.getPrototypeOf(answer)).toBe(Uint8Array.prototype)
      expect(answer.buffer.byteLength).toBe(answer.length)
    }
  })
})

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function toHex(of: Uint8Array | undefined): string {
  return Buffer.from(of ?? []).toString('hex')
}
