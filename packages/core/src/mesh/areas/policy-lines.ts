/** What happened to policies, their tests, the default policy, in English. */

import type { DestinationSelector, TestEnd, Traffic } from '../mesh-state.js'
import type { Names } from '../names-in.js'
import type { EventLines } from './event-lines.js'
import type { PolicyEvent } from './policy-events.js'

export const policyLines: EventLines<PolicyEvent> = {
  PolicyAdded: (e, name) => `Policy "${e.name}" (${e.policyId}) was added: ${contentText(e, name)}`,
  PolicyUpdated: (e, name) => `Policy "${e.name}" (${e.policyId}) is now: ${contentText(e, name)}`,
  PolicyRemoved: (e, name) =>
    `Policy ${name.policy(e.policyId)} of network ${name.network(e.networkId)} was removed${policyCauses[e.cause]}`,
  PolicyTestAdded: (e, name) =>
    `Policy test "${e.name}" (${e.policyTestId}) of network ${name.network(e.networkId)} was added: ${testEndText(e.from, name)} to ${testEndText(e.to, name)}, ${e.protocol}${e.port === null ? '' : ` ${e.port}`}: ${e.expect}`,
  PolicyTestRemoved: (e, name) =>
    `Policy test ${name.policyTest(e.policyTestId)} of network ${name.network(e.networkId)} was removed${testCauses[e.cause]}`,
  DefaultPolicySwitched: (e, name) =>
    `In network ${name.network(e.networkId)} ${e.everyoneAllowed ? 'everyone may talk to everyone' : 'only what policies allow passes'} from now on`,
}

const policyCauses = {
  removed: '',
  'nothing-left': ': its last source or destination is being removed',
  'network-removed': ': the network is being removed',
}

const testCauses = {
  removed: '',
  'end-removed': ': what it is about is being removed',
  'network-removed': ': the network is being removed',
}

type Content = Extract<PolicyEvent, { type: 'PolicyAdded' | 'PolicyUpdated' }>

const contentText = (e: Content, name: Names): string =>
  `in network ${name.network(e.networkId)} ${selectorsText(e.sources, name)} ${e.direction === 'both' ? 'and' : 'to'} ${selectorsText(e.destinations, name)}, ${e.traffic.map(trafficText).join(', ')}, ${e.enabled ? 'enabled' : 'disabled'}`

const selectorsText = (selectors: readonly DestinationSelector[], name: Names): string => {
  const shown = selectors.slice(0, 5).map((selector) => selectorText(selector, name))
  return `${shown.join(', ')}${selectors.length > 5 ? ` and ${selectors.length - 5} more` : ''}`
}

const selectorText = (selector: DestinationSelector, name: Names): string => {
  switch (selector.kind) {
    case 'everyone':
    case 'internet':
      return selector.kind
    case 'own-devices':
      return 'own devices'
    case 'user':
      return `user ${name.user(selector.userId)}`
    case 'group':
      return `group ${name.group(selector.groupId)}`
    case 'tag':
      return `tag ${selector.tag}`
    case 'prefix':
      return selector.prefix
    case 'node':
      return `node ${name.node(selector.nodeId)}`
    case 'client':
      return `client ${name.member(selector.clientId)}`
    case 'egress':
      return `egress ${name.egress(selector.egressId)}`
    case 'gateway-clients':
      return `clients of gateway ${name.node(selector.gatewayId)}`
  }
}

const trafficText = (traffic: Traffic): string => {
  if (!('ports' in traffic)) return traffic.protocol === 'any' ? 'any traffic' : traffic.protocol
  if (traffic.ports.length === 0) return traffic.protocol
  const shown = traffic.ports.slice(0, 5).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  const more = traffic.ports.length > 5 ? ` and ${traffic.ports.length - 5} more` : ''
  return `${traffic.protocol} ${shown.join(' ')}${more}`
}

const testEndText = (end: TestEnd, name: Names): string =>
  end.kind === 'address' ? end.address : selectorText(end, name)
