import type { Fragment, FragmentVersion } from './fragment.js'

/** A fragment as an agent keeps it. */
export interface HeldFragment {
  readonly version: FragmentVersion
  readonly fragment: Fragment
}
