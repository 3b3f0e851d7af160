/**
 * The text with the break in it, or why there is none: what is looked for must be there exactly once, or the break would go stale
 * without anybody noticing.
 * @param {string} text
 * @param {{ readonly file: string, readonly find: string, readonly replace: string }} mutation
 * @returns {string | { readonly trouble: string }}
 */
export function brokenText(text, { file, find, replace }) {
  const found = text.split(find).length - 1
  if (find === replace) return { trouble: `what it puts into ${file} is what is there` }
  if (found !== 1)
    return { trouble: `its text stands ${found} times in ${file}, not once: bring tools/mutations up to date` }
  return text.replace(find, () => replace)
}
