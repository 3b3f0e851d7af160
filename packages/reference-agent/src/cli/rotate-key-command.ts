import * as E from 'fp-ts/lib/Either.js'
import type { KeyRotation } from '../agent/key-keeper.js'
import { askAgent } from '../control/control-client.js'
import { CliFailure } from './cli-failure.js'
import { openHost } from './open-host.js'
import type { Output } from './output.js'

/** Has the running agent give its host another WireGuard key. */
export async function rotateKey(options: { readonly state: string }, output: Output): Promise<void> {
  await openHost(options.state)
  const asked = await askAgent({ ask: 'rotate-key' })
  if (E.isLeft(asked)) {
    const { left } = asked
    const why =
      left.code === 'agent-not-running'
        ? 'No agent runs here, and it takes one to change the key: meshfold-agent run'
        : `The host keeps the key that it has: ${left.reason}`
    throw new CliFailure(left.code, why)
  }
  const value = asked.right as KeyRotation
  const words =
    value.state === 'rotated'
      ? `This host has another WireGuard key: ${value.wireguardKey}. The old one is gone.`
      : `Another WireGuard key is made: ${value.wireguardKey}. It is in effect once the server has been told; until then the old one is.`
  output.result(value, words)
}
