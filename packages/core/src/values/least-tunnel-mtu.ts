/**
 * IPv6 needs it (RFC 8200 §5), and every tunnel has IPv6 addresses: systems take them away from an interface with less. Where the way takes
 * less, they send what is around it in pieces.
 */
export const LEAST_TUNNEL_MTU_BYTES = 1280
