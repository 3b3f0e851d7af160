/** Why commands about DNS records and resolvers are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type DnsError = never

export const dnsRefusals: RefusalTexts<DnsError> = {}
