/** Why commands about gateways, relays, auto-relay, internet gateways are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type GatewayError = never

export const gatewayRefusals: RefusalTexts<GatewayError> = {}
