/** JSON texts of fragments: the same in every message, and what versions are hashes of. */
import type { Fragment } from './fragment.js'

const texts = new WeakMap<Fragment, string>()

/** The text of a fragment, kept for as long as the fragment is. For those who send it to many, or will. */
export const keptFragmentText = (fragment: Fragment): string => {
  const known = texts.get(fragment)
  if (known !== undefined) return known
  const text = JSON.stringify(fragment)
  texts.set(fragment, text)
  return text
}

/** The same, and nothing is kept. */
export const fragmentText = (fragment: Fragment): string => texts.get(fragment) ?? JSON.stringify(fragment)
