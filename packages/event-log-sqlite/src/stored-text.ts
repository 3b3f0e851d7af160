/**
 * Text as it is stored: as it is, but for characters that SQLite or UTF-8 can't keep (nul, half a surrogate pair), which
 * become JSON escapes, as backslashes and quotes do. Different texts stay different, and common ones stay readable.
 */
export function storedText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** The text that {@link storedText} was given. Throws a `SyntaxError` on what it never returned. */
export function originalText(stored: string): unknown {
  return stored.includes('\\') ? JSON.parse(`"${stored}"`) : stored
}
