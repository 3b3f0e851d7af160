import type { MeshState } from '../../../mesh/mesh-state.js'
import type { CommandContext } from '../mesh-command-parts.js'

/** How an area's random commands are made: of what is there, now and then of what is not. */
export interface CommandMakers<Command extends { readonly type: string }> {
  readonly makers: {
    readonly [T in Command['type']]: (context: CommandContext) => Extract<Command, { readonly type: T }>
  }
  /** How often each is drawn, and when it makes sense. */
  readonly weights: { readonly [T in Command['type']]: readonly [weight: number, fits: (state: MeshState) => boolean] }
}
