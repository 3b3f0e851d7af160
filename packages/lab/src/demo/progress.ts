/** A line on stderr for each step, with the seconds since the start: stdout belongs to the result. */
export type Progress = (text: string) => void

export function startProgress(startedAt: number): Progress {
  return (text) => {
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1)
    process.stderr.write(`[${seconds.padStart(5)} s] ${text}\n`)
  }
}
