import type { HostChange, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAll } from '../linux-host.js'
import { loadFittingPrivateKey } from '../private-key.js'
import { bringUp, setMtu } from '../render/interface-commands.js'
import { executeAddAddress, executeRemoveAddress } from './execute-address.js'
import { executeRemoveFirewall, executeSetChanges, executeSetFirewall } from './execute-firewall.js'
import { executeCloseForeignFilter, executeOpenForeignFilter } from './execute-foreign-filter.js'
import { executeSetForwarding } from './execute-forwarding.js'
import { executeSetNames, executeSetResolvers } from './execute-names.js'
import { executeRefreshUnderlay, executeRemovePeer, executeSetPeer } from './execute-peer.js'
import { executePolicyChange, type MarkingHost } from './execute-policy.js'
import { executeAddRoute, executeRemoveRoute } from './execute-route.js'
import { createInterface, markBegun, removeInterface } from './interface-lifecycle.js'
import { setDevice } from './set-device.js'

/** Carries out one change: the table of contents of what this driver can do. */
export async function executeChange(host: LinuxHost, change: HostChange): Outcome {
  const { interfaceName } = host
  switch (change.kind) {
    case 'create-interface':
      return createInterface(host, change)
    case 'remove-interface':
      return removeInterface(host)
    case 'set-private-key':
      return setPrivateKey(host, change.publicKey)
    case 'set-listen-port':
      return setDevice(host, { listenPort: change.listenPort }, change.kind)
    case 'set-mtu':
      return runAll(host, [setMtu(interfaceName, change.mtuBytes)], change.kind)
    case 'bring-up':
      return runAll(host, [bringUp(interfaceName)], change.kind)
    case 'add-address':
      return executeAddAddress(host, change.address)
    case 'remove-address':
      return executeRemoveAddress(host, change.address)
    case 'set-peer':
      return executeSetPeer(host, change)
    case 'remove-peer':
      return executeRemovePeer(host, change.publicKey)
    case 'add-route':
      return executeAddRoute(host, change.route)
    case 'remove-route':
      return executeRemoveRoute(host, change.route)
    case 'refresh-underlay':
      return executeRefreshUnderlay(host)
    case 'set-firewall':
      return executeSetFirewall(host, change)
    case 'change-firewall-set':
      return executeSetChanges(host, [change])
    case 'remove-firewall':
      return executeRemoveFirewall(host)
    case 'set-forwarding':
      return executeSetForwarding(host, change)
    case 'open-foreign-filter':
      return executeOpenForeignFilter(host, change)
    case 'close-foreign-filter':
      return executeCloseForeignFilter(host, change)
    case 'set-bypass':
    case 'add-policy-route':
    case 'remove-policy-route':
    case 'add-policy-rule':
    case 'remove-policy-rule':
      return canMark(host) ? executePolicyChange(host, change) : unsupported(change, 'there is no packet filter')
    case 'set-names':
      return host.hasNames ? executeSetNames(host, change) : unsupported(change, "the hosts file can't be written")
    case 'set-resolvers':
      return host.hasNames ? executeSetResolvers(host, change) : unsupported(change, "the hosts file can't be written")
    default:
      return unsupported(change, 'this driver does not know it')
  }
}

const canMark = (host: LinuxHost): host is MarkingHost => host.marks !== undefined

async function setPrivateKey(host: LinuxHost, publicKey: WireguardPublicKey): Outcome {
  const privateKey = await loadFittingPrivateKey(host.privateKey, publicKey, 'set-private-key')
  if (E.isLeft(privateKey)) return privateKey
  const marked = await markBegun(host, 'set-private-key')
  if (E.isLeft(marked)) return marked
  host.seenKey.current = publicKey
  return setDevice(host, { privateKey: privateKey.right }, 'set-private-key')
}

/** By type this can't be; a caller that was built with a newer core gets an answer all the same. */
function unsupported(
  { kind }: HostChange,
  why: string,
): E.Either<{ code: 'change-unsupported'; change: HostChange['kind']; reason: string }, never> {
  return E.left({
    code: 'change-unsupported',
    change: kind,
    reason: `change '${String(kind)}' is not possible: ${why}`,
  })
}
