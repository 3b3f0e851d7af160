/** Where a command says what it did. */
export interface Output {
  /** The result: words for people, or one JSON object. */
  readonly result: (value: object, words: string) => void
  /** Besides the result: never on stdout. */
  readonly note: (words: string) => void
}

export function createOutput(isJson: boolean): Output {
  return {
    result: (value, words) => process.stdout.write(`${isJson ? JSON.stringify(value) : words}\n`),
    note: (words) => process.stderr.write(`${words}\n`),
  }
}
