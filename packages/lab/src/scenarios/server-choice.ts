/** Whether the server runs while something fails; each kind of failure is played both ways. */
export interface ServerChoice {
  /** Ends the name of the scenario. */
  readonly name: '' | '-server-up'
  readonly phrase: 'stopped' | 'up'
  readonly serverRuns: boolean
}

/** Both. */
export const serverChoices: readonly ServerChoice[] = [
  { name: '', phrase: 'stopped', serverRuns: false },
  { name: '-server-up', phrase: 'up', serverRuns: true },
]
