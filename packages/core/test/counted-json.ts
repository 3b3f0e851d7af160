/** Work counted instead of timed: how often somebody reads from a JSON value. */

/** `value` to be given away, and how often anything of it was read so far: fields, keys, lengths, at any depth. */
export const countedJson = (value: unknown): { readonly value: unknown; readonly reads: () => number } => {
  let reads = 0
  const known = new WeakMap<object, object>()
  const counting: ProxyHandler<object> = {
    get: (target, key, receiver) => {
      reads += 1
      return counted(Reflect.get(target, key, receiver))
    },
    has: (target, key) => {
      reads += 1
      return Reflect.has(target, key)
    },
    ownKeys: (target) => {
      const keys = Reflect.ownKeys(target)
      reads += keys.length
      return keys
    },
    getOwnPropertyDescriptor: (target, key) => {
      reads += 1
      return Reflect.getOwnPropertyDescriptor(target, key)
    },
  }
  const counted = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    const proxy = known.get(part) ?? new Proxy(part, counting)
    known.set(part, proxy)
    return proxy
  }
  return { value: counted(value), reads: () => reads }
}
