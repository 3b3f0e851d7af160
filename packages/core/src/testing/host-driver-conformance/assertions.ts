import type { HostDriver, HostDriverError } from '../../ports/host-driver.js'
import type { HostChange } from '../../reconcile/host-change.js'
import type { ObservedHost } from '../../reconcile/observed-host.js'
import { routeIdentity } from '../../reconcile/plan-route-changes.js'
import { policyRouteIdentity, policyRuleIdentity } from '../../reconcile/policy-routing.js'

/** What of an observation a driver is answerable for: sorted, without times, counters and the world outside. */
export interface HostShape {
  readonly interface: Readonly<Record<string, unknown>> | null
  readonly peers: readonly Readonly<Record<string, unknown>>[]
  readonly routes: readonly string[]
  readonly firewall: Readonly<Record<string, unknown>> | null
  readonly forwarding: readonly string[]
  readonly foreignFilters: readonly string[]
  readonly policyRouting: readonly string[]
  readonly names: Readonly<Record<string, unknown>>
}

/** The comparable part of an observation. `fields` left out of the interface are those a change says nothing about. */
export function shapeOf(host: ObservedHost, without: readonly ('mtuBytes' | 'listenPort')[] = []): HostShape {
  const { interface: link, peers, routes, firewall, forwarding, foreignFilters, policyRouting, names } = host
  const fields = link && {
    publicKey: link.publicKey,
    isUp: link.isUp,
    addresses: [...link.addresses].sort(),
    ...(without.includes('mtuBytes') ? {} : { mtuBytes: link.mtuBytes }),
    ...(without.includes('listenPort') ? {} : { listenPort: link.listenPort }),
  }
  return {
    interface: fields ?? null,
    peers: [...peers.values()]
      .map(({ publicKey, endpoint, allowedIps, keepaliveSeconds }) => ({
        publicKey,
        endpoint: endpoint ?? null,
        allowedIps: [...allowedIps].sort(),
        keepaliveSeconds,
      }))
      .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1)),
    routes: routes.map(routeIdentity).sort(),
    forwarding: [...forwarding].map(([family, state]) => `IPv${family} ${state}`).sort(),
    foreignFilters: [...foreignFilters].map(([name, filter]) => `${name} ${JSON.stringify(filter)}`).sort(),
    policyRouting: [
      `bypass ${policyRouting.bypass}`,
      ...policyRouting.routes.map(policyRouteIdentity).sort(),
      ...policyRouting.rules.map(policyRuleIdentity).sort(),
    ],
    names: { lines: names.lines, resolvers: names.resolvers },
    firewall:
      firewall === undefined
        ? null
        : {
            rulesHash: firewall.rulesHash,
            sets: [...firewall.sets].map(([id, members]) => `${id} ${[...members].sort().join()}`).sort(),
          },
  }
}

/** Fails the test when the two differ; compares what JSON shows. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual, null, 1), JSON.stringify(expected, null, 1)]
  if (found !== wanted) throw new Error(`${what}\nexpected ${wanted}\nfound ${found}`)
}

/** Fails the test with `what` unless `holds`. */
export function assertThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

/** The observation, or a failed test. */
export async function observed(driver: HostDriver): Promise<ObservedHost> {
  const answer = await driver.observe()
  if (answer._tag === 'Left') throw new Error(`observe failed: ${describeError(answer.left)}`)
  return answer.right
}

/** Carries changes out in order; the first refusal fails the test. */
export async function executed(driver: HostDriver, changes: readonly HostChange[]): Promise<void> {
  for (const change of changes) {
    const refusal = await refusalOf(driver, change)
    if (refusal !== undefined) throw new Error(`${change.kind} failed: ${describeError(refusal)}`)
  }
}

/** The error that a change is answered with; `undefined` when it succeeds. A throw fails the test. */
export async function refusalOf(driver: HostDriver, change: HostChange): Promise<HostDriverError | undefined> {
  try {
    const answer = await driver.execute(change)
    return answer._tag === 'Left' ? answer.left : undefined
  } catch (error) {
    throw new Error(`${change.kind} threw instead of answering: ${String(error)}`)
  }
}

export function describeError(error: HostDriverError): string {
  return `${error.code}: ${error.reason}`
}
