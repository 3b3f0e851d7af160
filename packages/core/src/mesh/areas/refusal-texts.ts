import type { Names } from '../names-in.js'

/** The way out for a host whose driver can do nothing that wants a packet filter. */
export const haveFilter =
  'on Linux install nftables there (ipset, where it has iptables alone) and start its agent anew'

/** English for each refusal of an area: what is wrong, and the way out. Whom the facts have by an id alone is named by `names`. */
export type RefusalTexts<Refusal extends { readonly code: string }> = {
  readonly [C in Refusal['code']]: (error: Extract<Refusal, { code: C }>, names: Names) => string
}
