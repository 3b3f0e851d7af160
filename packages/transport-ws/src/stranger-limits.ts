/** How much attention those get who haven't proved who they are: a flood of them must not starve the others. */
export interface StrangerLimits {
  /** In their handshake at once. One more makes the oldest leave: an honest one is through long before. */
  readonly maxStrangers: number
  /** The same from one address; one more is refused. */
  readonly maxStrangersPerAddress: number
  /** Attempts that an address may make at once, and how fast that allowance grows again. */
  readonly attemptsPerAddress: number
  readonly attemptsPerAddressPerSecond: number
}

export type StrangerRefusal = 'too-many-strangers-from-address' | 'too-many-attempts-from-address'

/** Somebody who was let in, until they proved themselves or left. */
export interface Stranger {
  /** Calling it twice is fine. */
  readonly release: () => void
}

interface Address {
  atOnce: number
  allowance: number
  countedAtMs: number
}

/** Addresses remembered at most; an attacker with more of them meets `maxStrangers`. */
const REMEMBERED_ADDRESSES = 4096

/** Counts strangers. IPv6 addresses count as one per /64, which is what one customer has. */
export class StrangerGate {
  readonly #limits: StrangerLimits
  readonly #monotonicMs: () => number
  readonly #addresses = new Map<string, Address>()
  readonly #inside = new Map<Stranger, () => void>()

  constructor(limits: StrangerLimits, monotonicMs: () => number) {
    this.#limits = limits
    this.#monotonicMs = monotonicMs
  }

  /** `evict` is called when this one has to make room; it has been released then. */
  admit(remoteAddress: string | null, evict: () => void): StrangerRefusal | Stranger {
    const address = this.#addressOf(groupOf(remoteAddress ?? ''))
    if (address.atOnce >= this.#limits.maxStrangersPerAddress) return 'too-many-strangers-from-address'
    if (address.allowance < 1) return 'too-many-attempts-from-address'
    address.allowance--
    address.atOnce++
    const stranger: Stranger = {
      release: () => {
        if (this.#inside.delete(stranger)) address.atOnce--
      },
    }
    if (this.#inside.size >= this.#limits.maxStrangers) this.#evictOldest()
    this.#inside.set(stranger, evict)
    return stranger
  }

  get count(): number {
    return this.#inside.size
  }

  #evictOldest(): void {
    const [oldest] = this.#inside
    oldest?.[0].release()
    oldest?.[1]()
  }

  #addressOf(group: string): Address {
    const nowMs = this.#monotonicMs()
    const { attemptsPerAddress, attemptsPerAddressPerSecond } = this.#limits
    const address = this.#addresses.get(group) ?? { atOnce: 0, allowance: attemptsPerAddress, countedAtMs: nowMs }
    const regained = ((nowMs - address.countedAtMs) / 1000) * attemptsPerAddressPerSecond
    address.allowance = Math.min(attemptsPerAddress, address.allowance + regained)
    address.countedAtMs = nowMs
    // Last in line now, so that the one forgotten is who has been away longest.
    this.#addresses.delete(group)
    this.#addresses.set(group, address)
    const [longestAway] = this.#addresses.keys()
    if (this.#addresses.size > REMEMBERED_ADDRESSES && longestAway !== undefined) this.#addresses.delete(longestAway)
    return address
  }
}

function groupOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter((part) => part !== '')
  const after = (tail ?? '').split(':').filter((part) => part !== '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}
