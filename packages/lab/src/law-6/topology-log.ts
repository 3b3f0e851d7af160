/** A table of topologies that were played, in a file: ten in a row, written as they come, so that a long run can go on where it ended. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'

/** What the log keeps of one topology. */
export interface LoggedTopology {
  readonly run: number
  readonly hosts: number
  readonly tried: number
  readonly answered: number
  readonly differences: readonly unknown[]
}

const rowLength = 10

const tableHead = [
  '# Law 6',
  '',
  '| seed | topologies | hosts | tries | answered | differ |',
  '| --- | --- | --- | --- | --- | --- |',
  '',
].join('\n')

export class TopologyLog {
  readonly #file: string
  readonly #seed: number
  #waiting: readonly LoggedTopology[] = []

  constructor(file: string, seed: number) {
    this.#file = file
    this.#seed = seed
  }

  /** The first topology of the seed that the file has no row of; `undefined`: it has none at all. A file that is not there is begun. */
  async next(): Promise<number | undefined> {
    await writeFile(this.#file, tableHead, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    return nextRun(await readFile(this.#file, 'utf8'), this.#seed)
  }

  /** Kept until the row is full. */
  async add(topology: LoggedTopology): Promise<void> {
    this.#waiting = [...this.#waiting, topology]
    if (this.#waiting.length === rowLength) await this.end()
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    const topologies = this.#waiting
    this.#waiting = []
    if (topologies.length > 0) await appendFile(this.#file, `${rowOf(this.#seed, topologies)}\n`)
  }
}

/** The first topology that the rows of this seed leave out. */
function nextRun(text: string, seed: number): number | undefined {
  const rows = [...text.matchAll(/^\| (\d+) \| \d+–(\d+) \|/gm)]
  const ends = rows.filter(([, of]) => Number(of) === seed).map(([, , last]) => Number(last))
  return ends.length === 0 ? undefined : Math.max(...ends) + 1
}

/** A row of the table: seed, topologies, hosts in all, tries, answers, which of them differed. */
function rowOf(seed: number, topologies: readonly LoggedTopology[]): string {
  const sum = (of: 'hosts' | 'tried' | 'answered') => topologies.reduce((total, each) => total + each[of], 0)
  const differing = topologies.filter(({ differences }) => differences.length > 0).map(({ run }) => run)
  const runs = `${topologies[0]?.run}–${topologies.at(-1)?.run}`
  const verdict = differing.length === 0 ? 'none' : differing.join(', ')
  return `| ${[seed, runs, sum('hosts'), sum('tried'), sum('answered'), verdict].join(' | ')} |`
}
