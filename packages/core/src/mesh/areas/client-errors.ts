/** Why commands about clients are refused: data here, and each one's English below. */
import type { RefusalTexts } from './refusal-texts.js'

export type ClientError = never

export const clientRefusals: RefusalTexts<ClientError> = {}
