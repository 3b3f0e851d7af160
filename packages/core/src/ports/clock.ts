/** Time, as a value that a caller passes in. Core itself never asks for the time. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  readonly nowEpochMs: () => number
  /** Never goes back, milliseconds since an arbitrary start. For durations. */
  readonly monotonicMs: () => number
}
