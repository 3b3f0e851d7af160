/** The times and margins by which observations are judged. All of them, so that they can be read side by side. */
export const reactionTimes = {
  /** F1: another gateway must be better by both for so long. */
  homeMarginPercent: 20,
  homeMarginMs: 10,
  homeHoldMs: 60_000,
  /** F1: measurements further apart prove nothing about the time between them. */
  measuringGapMs: 30_000,
  /** F1, F4: a node that was just assigned is measured within this; the first complete figures choose at once. */
  settlingMs: 120_000,
  /** F4, C3: gateways that are so close to the best are equally good, and the load decides. */
  equallyGoodMs: 10,
  /** F2: each gateway is judged once in such a window. */
  judgingWindowMs: 30_000,
  /** F2: a verdict that is not renewed for so long is none. */
  verdictLastsMs: 60_000,
  /** C4: never connected, while both tried for so long. */
  neverConnectedMs: 10_000,
  /** C4: broken: sent, and nothing received for so long; then so many probes in a row. */
  unansweredMs: 15_000,
  missedProbes: 3,
  /** C3: both ends probe for so long, */
  probeForMs: 2000,
  /** and then have so long to report. */
  probesDueMs: 10_000,
  /** C5: an echo each way counts so long. */
  echoLastsMs: 10_000,
  /** What comes again and again waits so long, and twice as long each time more; */
  holdDownMs: 5000,
  /** but never longer than this. */
  longestHoldDownMs: 300_000,
  /** An older observation says nothing about now. */
  observationLastsMs: 60_000,
  /** The same command again only after so long: the first one is on its way. */
  givenAgainMs: 10_000,
  /** What nothing was heard of for so many windows is forgotten. */
  rememberedWindows: 10,
} as const

/** How long a change is held back that was made `before` times of late; the first is not. */
export const holdDownMs = (before: number): number =>
  before === 0 ? 0 : Math.min(reactionTimes.holdDownMs * 2 ** (before - 1), reactionTimes.longestHoldDownMs)
