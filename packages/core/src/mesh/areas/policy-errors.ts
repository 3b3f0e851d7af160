/** Why commands about policies, their tests, tags are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type PolicyError = never

export const policyRefusals: RefusalTexts<PolicyError> = {}
