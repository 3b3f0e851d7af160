/** How many times longer than on a usual machine everything may take; an emulated one is told so by its environment. */
export const patienceVariable = 'MESHFOLD_LAB_PATIENCE'

const told = Number(process.env[patienceVariable] ?? 1)
const factor = Number.isFinite(told) && told >= 1 ? told : 1

/** A limit for this machine, from what is long enough on a usual one. */
export const patient = (usualMs: number): number => usualMs * factor
