/**
 * Ways to break the project, one line of it at a time, each with the tests that should notice. To add one: a fault that somebody could
 * make, and that its tests would be ashamed to miss.
 *
 * @typedef {object} Mutation
 * @property {string} area
 * @property {string} name what is wrong, as its finder would say it
 * @property {string} [package] the folder in packages/; the core, unless it says otherwise
 * @property {string} file in the package
 * @property {string} find stands in the file once
 * @property {string} replace
 * @property {readonly string[]} tests in the package, the beginnings of their paths; the narrowest that should notice
 */
import { configMutations } from './configs.mjs'
import { hostMutations } from './hosts.mjs'
import { nameMutations } from './names.mjs'
import { pathMutations } from './paths.mjs'
import { probationMutations } from './probation.mjs'
import { programMutations } from './programs.mjs'
import { reactionMutations } from './reactions.mjs'
import { ruleMutations } from './rules.mjs'
import { worldMutations } from './worlds.mjs'

/** @type {readonly Mutation[]} */
export const mutations = [
  ...ruleMutations,
  ...configMutations,
  ...pathMutations,
  ...worldMutations,
  ...reactionMutations,
  ...hostMutations,
  ...probationMutations,
  ...nameMutations,
  ...programMutations,
]
