/** What a host's filter says of a packet: the driver's rules, one by one, as a kernel would go through them. */
import type { ForwardRule, InputRule } from '../host-config/host-config.js'
import { trafficCovers } from '../policy/index.js'
import type { IpAddress } from '../values/index.js'
import type { HostView } from './host-view.js'
import type { Packet } from './packet.js'

const isInAny = (view: HostView, names: readonly string[], address: IpAddress): boolean =>
  names.some((name) => view.isInSet(name, address))

/** The rule that lets a packet in; `undefined`: none does. */
export const acceptingInput = (view: HostView, { source, destination, traffic }: Packet): InputRule | undefined =>
  view.filter.input.find(
    (rule) =>
      view.isInSet(rule.to, destination) &&
      isInAny(view, rule.from, source) &&
      (rule.within === null || view.isInSet(rule.within, source)) &&
      trafficCovers(rule.traffic, traffic),
  )

/** The rule that lets a packet pass; `undefined`: none does. Addresses are those that the mesh sees. */
export const acceptingForward = (
  view: HostView,
  packet: Packet,
  direction: ForwardRule['direction'],
): ForwardRule | undefined =>
  view.filter.forward.find((rule) => rule.direction === direction && lets(view, rule, packet))

/** Whether answers to what the rule let pass are let through as such. */
export const isRemembered = (view: HostView, rule: ForwardRule, { source }: Packet): boolean =>
  rule.stateful !== 'no' || (rule.exceptTo !== null && view.isInSet(rule.exceptTo, source))

const lets = (view: HostView, rule: ForwardRule, packet: Packet): boolean => {
  const { source, destination, traffic } = packet
  if (rule.exceptTo !== null && view.isInSet(rule.exceptTo, destination)) return false
  const { through } = rule
  if (through !== null && !view.isInSet(through, source) && !view.isInSet(through, destination)) return false
  if (rule.egressId !== null && !view.vector.servedEgressIds.includes(rule.egressId)) return false
  if (!trafficCovers(rule.traffic, traffic)) return false
  return (
    matches(view, rule, source, destination) || (rule.stateful === 'no' && matches(view, rule, destination, source))
  )
}

const matches = (view: HostView, rule: ForwardRule, source: IpAddress, destination: IpAddress): boolean =>
  isInAny(view, rule.from, source) &&
  (rule.within === null || view.isInSet(rule.within, source)) &&
  (rule.to === null || isInAny(view, rule.to, destination)) &&
  (!rule.beyondMesh || isBeyondMesh(view, destination))

/** Whether an address is nobody's in the mesh: no peer has it but by a default route. */
export const isBeyondMesh = (view: HostView, address: IpAddress): boolean =>
  (view.peers.longest(address)?.length ?? 0) === 0 &&
  view.routedRanges.longest(address) === undefined &&
  !view.ownAddresses.has(address) &&
  (view.forwardRoutes.longest(address)?.length ?? 0) === 0
