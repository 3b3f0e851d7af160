/**
 * The files of modules and of what they depend on, each after what it needs, from the text of a kernel's `modules.dep`.
 * @throws Error where there is no module of that name
 */
export function modulesInOrder(dependencies: string, names: readonly string[]): readonly string[] {
  const needs = new Map(dependencies.split('\n').map((line) => readLine(line)))
  const ordered: string[] = []
  for (const name of names) {
    const found = [...needs.keys()].find((file) => moduleName(file) === name)
    if (found === undefined) throw new Error(`The kernel has no module ${name}.`)
    // The file lists what a module needs from the nearest to the farthest.
    for (const file of [...(needs.get(found) ?? []).toReversed(), found])
      if (!ordered.includes(file)) ordered.push(file)
  }
  return ordered
}

const readLine = (line: string): readonly [string, readonly string[]] => {
  const [file = '', rest = ''] = line.split(':')
  return [file, rest.split(' ').filter((each) => each !== '')]
}

const moduleName = (file: string): string | undefined => /([^/]+)\.ko(\.[a-z]+)?$/.exec(file)?.[1]
