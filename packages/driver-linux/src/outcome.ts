import type { HostDriverError } from '@meshfold/core'
import type { Either } from 'fp-ts/lib/Either.js'

/** What a step of the driver ends with. */
export type Outcome<A = void> = Promise<Either<HostDriverError, A>>
