/** Runs something that is done a little at a time to its end at once. */
export const finish = <A>(steps: Generator<undefined, A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
