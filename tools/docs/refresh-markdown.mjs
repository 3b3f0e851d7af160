/**
 * Copies in Markdown, made anew from their sources. Two kinds:
 *
 * - a code block whose info string names its source: `ts file=examples/x/src/index.ts#region`, `text run=examples/x/src/index.ts`;
 * - what stands between `<!-- generated: <name> [arguments] -->` and `<!-- /generated -->`.
 */

/** @typedef {(argument: string) => string} Generator throws with the reason when there is nothing to copy */

const fence = /^```(\S+) +(\w+)=(\S+)\n([\s\S]*?)^```$/gm
const generated = /^(<!-- generated: (\S+) ?(.*?) -->)\n[\s\S]*?^(<!-- \/generated -->)$/gm

/**
 * @param {string} text
 * @param {Readonly<Record<string, Generator>>} generators by name; `file` and `run` are those of code blocks
 * @returns {{ readonly text: string, readonly complaints: readonly string[] }}
 */
export function refreshMarkdown(text, generators) {
  /** @type {string[]} */
  const complaints = []
  /** @param {string} name @param {string} argument @param {string} before */
  const make = (name, argument, before) => {
    try {
      const generator = generators[name]
      if (generator === undefined) throw new Error('there is no such source')
      return generator(argument)
    } catch (error) {
      complaints.push(`${name} ${argument}: ${error instanceof Error ? error.message : error}`)
      return before
    }
  }
  const withBlocks = text.replace(
    fence,
    (_block, language, name, argument, body) =>
      `\`\`\`${language} ${name}=${argument}\n${endLine(make(name, argument, body))}\`\`\``,
  )
  const fresh = withBlocks.replace(generated, (section, opening, name, argument, closing) => {
    const body = make(name, argument, section.slice(opening.length + 1, -closing.length))
    return `${opening}\n${endLine(body)}${closing}`
  })
  return { text: fresh, complaints }
}

/** @param {string} text */
const endLine = (text) => `${text.replace(/\n+$/, '')}\n`

/**
 * The lines between `// #region <name>` and `// #endregion`, moved to the left.
 * @param {string} source @param {string} name
 */
export function regionOf(source, name) {
  const lines = source.split('\n')
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion')
  if (start < 0 || end < 0) throw new Error(`there is no region ${name}`)
  const inside = lines.slice(start + 1, end)
  const indents = inside.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  return inside.map((line) => line.slice(Math.min(...indents))).join('\n')
}
