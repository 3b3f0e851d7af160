import { memberSetKey } from './members.js'
import type { DestinationSelector, MemberSetKey, TestEnd } from './mesh-state.js'

/** What a selector names, as a text: equal selectors have equal keys, and where there is a set of that name, it is the set's key. */
export const selectorKey = (selector: DestinationSelector): MemberSetKey => {
  switch (selector.kind) {
    case 'everyone':
    case 'own-devices':
    case 'internet':
      return selector.kind
    case 'user':
      return memberSetKey('user', selector.userId)
    case 'group':
      return memberSetKey('group', selector.groupId)
    case 'tag':
      return memberSetKey('tag', selector.tag)
    case 'prefix':
      return memberSetKey('prefix', selector.prefix)
    case 'gateway-clients':
      return memberSetKey('gateway-clients', selector.gatewayId)
    case 'node':
      return `node:${selector.nodeId}`
    case 'client':
      return `client:${selector.clientId}`
    case 'egress':
      return `egress:${selector.egressId}`
  }
}

/** Whom the end of a test names, as a text. */
export const testEndKey = (end: TestEnd): string =>
  end.kind === 'address' ? `address:${end.address}` : selectorKey(end)
