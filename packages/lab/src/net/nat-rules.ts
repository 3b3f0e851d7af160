/** The nft rules of a NAT box as text. */

/**
 * - `plain`: one outside port per inside socket, whatever the destination; unsolicited packets are dropped. Holes can be
 *   punched through it.
 * - `symmetric`: another outside port for every destination. No hole can be punched towards another one.
 * - `open`: plain, but it accepts what nobody asked for, as a bare Linux box does: that packet occupies the mapping, and
 *   punching fails.
 */
export type NatKind = 'plain' | 'symmetric' | 'open'

/** A port of the outside address that leads to an inside address. */
export interface PortForward {
  readonly outsidePort: number
  readonly to: string
  readonly port: number
}

export interface NatRules {
  readonly kind: NatKind
  readonly outside: string
  readonly forwards: readonly PortForward[]
}

/** One nft transaction that makes these the only rules. */
export function renderNatRules({ kind, outside, forwards }: NatRules): string {
  const masquerade = kind === 'symmetric' ? 'masquerade random,fully-random' : 'masquerade'
  const redirects = forwards.map(
    ({ outsidePort, to, port }) =>
      `iifname "${outside}" meta l4proto udp udp dport ${outsidePort} dnat ip to ${to}:${port}`,
  )
  return `table inet nat
delete table inet nat
table inet nat {
  chain in {
    type nat hook prerouting priority dstnat;
    ${redirects.join('\n    ')}
  }
  chain out {
    type nat hook postrouting priority srcnat;
    meta nfproto ipv4 oifname "${outside}" ${masquerade}
  }
${kind === 'open' ? '' : guard(outside)}
}
`
}

const guard = (outside: string) => `
  chain input {
    type filter hook input priority filter;
    iifname "${outside}" ct state established,related accept
    iifname "${outside}" meta l4proto udp drop
  }
  chain forward {
    type filter hook forward priority filter;
    iifname "${outside}" ct state established,related accept
    iifname "${outside}" ct status dnat accept
    iifname "${outside}" meta nfproto ipv4 drop
  }
`
