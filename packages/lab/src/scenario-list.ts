/** What scenarios there are, for tools that make pages of it. */
import { scenarios } from './scenarios/index.js'

export const scenarioList = scenarios.map(({ name, summary, rows, slowSeconds = null }) => ({
  name,
  summary,
  rows,
  slowSeconds,
}))
