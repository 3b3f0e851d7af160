/** Breaks of commit-confirm: what a host takes back because it may have cut it off, and what it tries again. */

const core = {
  area: 'commit-confirm',
  file: 'src/reconcile/commit-confirm.ts',
  tests: ['src/reconcile/commit-confirm'],
}
const agent = {
  area: 'commit-confirm',
  package: 'reference-agent',
  file: 'src/agent/probation-keeper.ts',
  tests: ['src/agent/commit-confirm'],
}

/** @type {readonly import('./mutations.mjs').Mutation[]} */
export const probationMutations = [
  {
    ...core,
    name: 'a change is taken back for a server that was silent before it',
    find: 'if (!pending.isArmed || ',
    replace: 'if (',
  },
  {
    ...core,
    name: 'a change is taken back though others have lost the server, too',
    find: ' || isServerLostToOthers) return',
    replace: ') return',
  },
  {
    ...core,
    name: 'a change is taken back before others can have noticed',
    find: '>= 2 * times.silentMs',
    replace: '>= times.silentMs',
  },
  {
    ...core,
    name: 'a host that was paused judges by what it could not hear',
    find: 'Math.max(heardAtMs ?? listensSinceMs, listensSinceMs)',
    replace: '(heardAtMs ?? listensSinceMs)',
  },
  {
    ...core,
    name: 'what was taken back for nothing stays so',
    find: "'made-no-difference': true",
    replace: "'made-no-difference': false",
  },
  {
    ...core,
    name: 'what cut the host off is tried again by itself',
    find: "'server-came-back': false",
    replace: "'server-came-back': true",
  },
  {
    ...core,
    name: 'what was heard before proves that the server is back',
    find: 'heardAtMs !== null && heardAtMs > revertedAtMs',
    replace: 'heardAtMs !== null',
  },
  {
    ...core,
    name: 'a first config that cuts its host off does so every minute',
    find: '2 ** (state.firstReverts - 1)',
    replace: '1',
  },
  {
    ...core,
    name: 'a host that never was in the mesh stays out of it',
    find: "state.confirmed === null ? 'in-doubt' : ",
    replace: '',
  },
  {
    ...agent,
    name: 'an agent that starts anew waits for no proof',
    find: 'return this.#state.pending !== null || isRevertOpen(this.#state)',
    replace: 'return this.#state.pending !== null',
  },
  {
    ...agent,
    name: 'what is tried again is not put into effect',
    find: 'if (again.length > 0 && !this.#isClosed) onTriedAgain()',
    replace: 'if (again.length > 0 && this.#isClosed) onTriedAgain()',
  },
  {
    ...agent,
    name: 'a pause of the machine is not noticed',
    find: 'if (nowMs - this.#judgedAtMs > PAUSED_MS) this.#listensSinceMs = nowMs',
    replace: '',
  },
]
