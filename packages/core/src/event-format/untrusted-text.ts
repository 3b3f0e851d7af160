/** How input that nobody has checked is shown to a person: short, on one line, without what looks like a secret. */

const QUOTED_CHARACTERS = 60
const KEY_CHARACTERS = 40

/** Words in the name of a field whose value is not shown. Public keys are hidden with the rest: too much beats too little. */
const secretName = /key|secret|token|private|passw|passphrase|psk|credential|authorization|cookie|seed/i

/** A run of characters as keys, tokens and hashes have it, whatever their field is called. */
const secretShape = /[A-Za-z0-9+/=_-]{40}/

/** Control characters, line separators, and marks that reorder text: a log line must stay one line that reads as written. */
const unprintable = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Whether a field of this name may hold a secret. Longer names than any of ours count as secret. */
export function isSecretName(name: string): boolean {
  return name.length > 200 || secretName.test(name)
}

/** `text` in double quotes on one line, at most about 60 characters of it. */
export function quoteUntrusted(text: string, characters: number = QUOTED_CHARACTERS): string {
  const shown = text.length <= characters ? text : `${text.slice(0, characters)}…`
  const quoted = JSON.stringify(shown).replace(unprintable, escapeCharacter)
  return quoted.length <= 2 * characters ? quoted : `${quoted.slice(0, 2 * characters)}…"`
}

/** The beginning of `text` on one line, without quotes: for names and reasons made by our own code out of foreign text. */
export function printable(text: string, characters: number): string {
  return quoteUntrusted(text, characters).slice(1, -1).replaceAll('\\"', '"')
}

/** A value in a few words: a number as it is, a text quoted and cut, `an object`. Takes the same time for any value. */
export function renderUntrusted(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string')
    return secretShape.test(value.slice(0, 200)) ? 'a long text (hidden)' : quoteUntrusted(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

/** A JSON path such as `$.events[3].type`; the middle of a long one is left out. */
export function renderPath(keys: readonly string[]): string {
  const all =
    keys.length <= 12
      ? keys.map(renderKey)
      : [...keys.slice(0, 5).map(renderKey), '…', ...keys.slice(-5).map(renderKey)]
  return `$${all.join('')}`
}

function renderKey(key: string): string {
  if (/^\d{1,15}$/.test(key)) return `[${key}]`
  if (key.length <= KEY_CHARACTERS && /^[A-Za-z_$][\w$-]*$/.test(key)) return `.${key}`
  return `[${secretShape.test(key.slice(0, 200)) ? '(hidden)' : quoteUntrusted(key, KEY_CHARACTERS)}]`
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
