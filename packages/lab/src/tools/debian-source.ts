/** Where this machine gets its Debian packages from, read from apt's own files. */
export interface DebianSource {
  readonly uri: string
  readonly signedBy: string | undefined
}

/** The first source of the given release in files of either format: `*.list` lines or `*.sources` paragraphs. */
export function findDebianSource(files: readonly string[], release: string): DebianSource | undefined {
  for (const text of files) {
    const found = fromParagraphs(text, release) ?? fromLines(text, release)
    if (found !== undefined) return found
  }
  return undefined
}

function fromParagraphs(text: string, release: string): DebianSource | undefined {
  for (const paragraph of text.split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(\\S.*)$`, 'mi').exec(paragraph)?.[1]?.trim()
    const uri = field('URIs')?.split(/\s+/)[0]
    const suites = field('Suites')?.split(/\s+/) ?? []
    if (uri !== undefined && suites.includes(release)) return { uri, signedBy: field('Signed-By') }
  }
  return undefined
}

function fromLines(text: string, release: string): DebianSource | undefined {
  for (const line of text.split('\n')) {
    const [, options = '', uri, suite] = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s/.exec(line) ?? []
    if (uri === undefined || suite !== release) continue
    return { uri, signedBy: /signed-by=(\S+)/.exec(options)?.[1] }
  }
  return undefined
}
