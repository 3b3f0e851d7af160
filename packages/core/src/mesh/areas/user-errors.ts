/** Why commands about users, groups, API tokens are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type UserError = never

export const userRefusals: RefusalTexts<UserError> = {}
