import type { RevertedSection } from '@meshfold/core'
import type { AgentOptions } from './agent-options.js'
import type { AgentStatus, RevertedStatus } from './agent-status.js'
import type { ConfigKeeper } from './config-keeper.js'
import { differencesOf, interfaceStatus, lackingOf, namesStatus, peerStatuses } from './describe-status.js'
import type { HostDuty } from './host-duty.js'
import type { ProbationKeeper } from './probation-keeper.js'

/** What an agent's parts say of themselves, put together. The host was looked at just before. */
export function agentStatusOf({
  options: { membership, driver },
  config: { live, receivedAsOf, appliedAsOf },
  duty: { host, failure, notSaved },
  probation,
  nextWireguardKey,
  server,
  paths,
}: {
  readonly options: Pick<AgentOptions, 'membership' | 'driver'>
  readonly config: Pick<ConfigKeeper, 'live' | 'receivedAsOf' | 'appliedAsOf'>
  readonly duty: Pick<HostDuty, 'host' | 'failure' | 'notSaved'>
  readonly probation: Pick<ProbationKeeper, 'reverted' | 'narrowed'>
  readonly nextWireguardKey: AgentStatus['host']['nextWireguardKey']
  readonly server: AgentStatus['server']
  readonly paths: AgentStatus['paths']
}): AgentStatus {
  const { hostId, meshId } = membership
  const { observed } = host
  const known = { own: live.own, peers: live.peers, desired: live.desired && probation.narrowed(live.desired) }
  return {
    host: { hostId, meshId, nextWireguardKey },
    server,
    config: {
      received: receivedAsOf,
      applied: appliedAsOf,
      lacking: lackingOf(live.config, driver.capabilities, observed),
      failure,
      notSaved,
      reverted: probation.reverted.map(withoutRefused),
    },
    interface: interfaceStatus(observed, known),
    peers: peerStatuses(observed, known),
    paths,
    names: namesStatus(observed, known),
    differences: differencesOf(observed, known),
  }
}

/** What was refused is the agent's own memory. */
export const withoutRefused = ({ refused: _, ...told }: RevertedSection): RevertedStatus => told
