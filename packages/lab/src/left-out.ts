/**
 * What a machine lacks for what the lab would try. It is told wherever it is met, and that is all: but in CI nothing may be left out
 * that nobody chose to leave out, or a machine without WireGuard would find no fault.
 */

/** Each is a word for whoever runs CI on a machine that can't have it, and whether that is for others to mend. */
const lacks = {
  'newer-wireguard-go': { isOfTheMachine: false },
  'debian-kernel': { isOfTheMachine: false },
  resolvers: { isOfTheMachine: false },
  'wg-quick': { isOfTheMachine: false },
  /** A user without rights who may play a scenario. */
  'plain-user': { isOfTheMachine: false },
  /** No kernel is known for it that could be emulated. */
  processor: { isOfTheMachine: true },
  /** Its own kernel has no WireGuard: an emulated one is played on in its stead. */
  'kernel-module': { isOfTheMachine: true },
} as const

type Lack = keyof typeof lacks

const everyLack = Object.keys(lacks) as readonly Lack[]

/** Something that is not tried here. */
export interface LeftOut {
  readonly lack: Lack
  /** What, why, and the way out. */
  readonly reason: string
}

/** Names what CI does without, with blanks or commas between. */
const withoutVariable = 'MESHFOLD_LAB_WITHOUT'

type Environment = Readonly<Record<string, string | undefined>>

/** Why it fails that something is left out; `undefined`: it is only told. In CI what is not declared fails. @throws UnknownLack */
export function faultOf({ lack, reason }: LeftOut, environment: Environment): string | undefined {
  const declared = declaredLacks(environment)
  if (!isCi(environment) || lacks[lack].isOfTheMachine || declared.includes(lack)) return undefined
  return `${reason}; in CI that fails, unless it is declared: ${[...declared, lack].join(' ')} in ${withoutVariable}`
}

/** Leaves a test out; in CI it fails unless that is declared. @throws Error when it fails */
export function leaveOut(
  skip: (reason: string) => void,
  leftOut: LeftOut,
  environment: Environment = process.env,
): void {
  const fault = faultOf(leftOut, environment)
  if (fault !== undefined) throw new Error(fault)
  skip(leftOut.reason)
}

const isCi = ({ CI = '' }: Environment): boolean => !['', '0', 'false'].includes(CI.toLowerCase())

/** A declaration of what nobody asks about. The message is for the user. */
export class UnknownLack extends Error {}

/** @throws UnknownLack */
function declaredLacks(environment: Environment): readonly Lack[] {
  const words = (environment[withoutVariable] ?? '').split(/[\s,]+/).filter((word) => word !== '')
  const unknown = words.find((word) => !everyLack.some((lack) => lack === word))
  if (unknown !== undefined)
    throw new UnknownLack(`${withoutVariable} names "${unknown}": it takes ${everyLack.join(', ')}.`)
  return everyLack.filter((lack) => words.includes(lack))
}
