import type { NftListing } from '../observe/parse-nft-chains.js'
import type { Outcome } from '../outcome.js'
import type { BypassSwitch } from '../render/bypass-commands.js'

/** What marks packets that stay outside a full tunnel, as it is found. */
export interface FoundMarks {
  /** Every rule is there, and is ours. */
  readonly isWhole: boolean
  /** Switches of the kernel that were off before. */
  readonly wereOff: readonly BypassSwitch[]
}

/** One way of marking what stays outside a full tunnel, beside the packet filter and with the same tools. */
export interface MarkBackend {
  /** Whether nothing of ours can be there, by the tables that nftables has. */
  readonly isRuledOut: (listing: NftListing) => boolean
  /** `undefined`: nothing of ours is there. */
  readonly find: (action: string) => Outcome<FoundMarks | undefined>
  /** Takes the place of what was there. */
  readonly set: (wereOff: readonly BypassSwitch[], action: string) => Outcome
  /** Fine when there is none. */
  readonly remove: (action: string) => Outcome
}
