/**
 * Who may talk to whom. `policyAllows` says what policies mean, packet by packet; `compileClass` and `compileForwarding` say the same
 * in named sets, once for all nodes that are alike; `policyTestResults` holds policies to what was promised of them. A property
 * (`compiled-policies.property.test.ts`) holds the two forms equal.
 */
export { egressesOfClient } from './client-reach.js'
export { type CompiledClass, compileClass } from './compile-class.js'
export { type ClientRule, compileForwarding } from './compile-forwarding.js'
export type { End } from './end.js'
export { type PolicyVerdict, policyAllows } from './policy-allows.js'
export { type PolicyTestResult, policyTestResults } from './policy-tests.js'
export { egressPrefixes, expandSetRef, memberIdsOf, type SetRef } from './set-ref.js'
export { type PacketTraffic, trafficCovers } from './traffic.js'
