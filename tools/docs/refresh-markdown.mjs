/**
 * Copies in Markdown, made anew from their sources. Two kinds:
 *
 * - a code block whose info string names its source: `ts file=examples/x/src/index.ts#region`, `text run=examples/x/src/index.ts`;
 * - what stands between `<!-- generated: <name> [arguments] -->` and `<!-- /generated -->`.
 */

/** @typedef {(argument: string) => Promise<string>} Generator rejects with the reason when there is nothing to copy */

const fence = /^(```\S+ +(\w+)=(\S+))\n([\s\S]*?)^(```)$/gm
const generated = /^(<!-- generated: (\w+) ?(.*?) -->)\n([\s\S]*?)^(<!-- \/generated -->)$/gm

/**
 * @param {string} text
 * @param {Readonly<Record<string, Generator>>} generators by name; `file` and `run` are those of code blocks
 * @returns {Promise<{ readonly text: string, readonly complaints: readonly string[] }>}
 */
export async function refreshMarkdown(text, generators) {
  /** @type {string[]} */
  const complaints = []
  /** @param {string} name @param {string} argument @param {string} before */
  const make = async (name, argument, before) => {
    try {
      const generator = generators[name]
      if (generator === undefined) throw new Error('there is no such source')
      return endLine(await generator(argument))
    } catch (error) {
      complaints.push(`${name} ${argument}: ${error instanceof Error ? error.message : error}`)
      return before
    }
  }
  let fresh = text
  for (const pattern of [fence, generated]) {
    const copies = [...fresh.matchAll(pattern)]
    const bodies = await Promise.all(
      copies.map(([, , name = '', argument = '', body = '']) => make(name, argument, body)),
    )
    let next = 0
    fresh = fresh.replace(
      pattern,
      (_whole, opening, _name, _argument, _body, closing) => `${opening}\n${bodies[next++]}${closing}`,
    )
  }
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
