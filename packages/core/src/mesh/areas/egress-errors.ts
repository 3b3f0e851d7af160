/** Why commands about egress are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type EgressError = never

export const egressRefusals: RefusalTexts<EgressError> = {}
