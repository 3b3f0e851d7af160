import type { HostRoute, IpAddress, IpFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { askIp } from '../ask-ip.js'
import { type LinuxHost, type Outcome, orUnreadable } from '../linux-host.js'
import { showOwnRoutes, showRules } from '../render/policy-commands.js'
import { showRoutesOf } from '../render/route-commands.js'
import { type OwnRouting, ownNumbersOf } from './observe-policy-routing.js'
import { parseIpRoute } from './parse-ip-json.js'
import { areRulesSettled, parseIpRule, readPolicyRoutes, readPolicyRules } from './parse-policy-json.js'
import { type FoundRoute, readRoutes } from './read-host.js'

/** What leads where by our doing: over the own interface, and by rules and tables of our own. */
export interface Routing {
  readonly main: readonly HostRoute[]
  readonly policy: OwnRouting
}

/** Of both families, a process each. `ownAddresses`: the kernel makes routes to those, which are not ours to report. */
export async function observeRouting(
  host: LinuxHost,
  ownAddresses: readonly IpAddress[],
  action: string,
): Outcome<Routing> {
  const [ipv4, ipv6] = await Promise.all([
    observeFamily(host, 4, ownAddresses, action),
    observeFamily(host, 6, ownAddresses, action),
  ])
  if (E.isLeft(ipv4)) return ipv4
  if (E.isLeft(ipv6)) return ipv6
  const both = [ipv4.right, ipv6.right]
  return E.right({
    main: both.flatMap(({ main }) => main),
    policy: {
      routes: both.flatMap(({ policy }) => policy.routes),
      rules: both.flatMap(({ policy }) => policy.rules),
      isSettled: both.every(({ policy }) => policy.isSettled),
    },
  })
}

async function observeFamily(
  host: LinuxHost,
  family: IpFamily,
  ownAddresses: readonly IpAddress[],
  action: string,
): Outcome<Routing> {
  const { interfaceName } = host
  const own = ownNumbersOf(host)
  const questions = [showRoutesOf(interfaceName, family), showOwnRoutes(family), showRules(family)]
  const answers = await askIp(host, questions, action)
  if (E.isLeft(answers)) return answers
  const [inMain = '', inOwnTables = '', rules = ''] = answers.right
  const routing = pipe(
    E.Do,
    E.bind('main', () =>
      pipe(
        parseIpRoute(inMain),
        E.chain((entries) => readRoutes(family, entries, ownAddresses)),
      ),
    ),
    E.bind('routes', () =>
      pipe(
        parseIpRoute(inOwnTables),
        E.chain((entries) => readPolicyRoutes(family, entries, own)),
      ),
    ),
    E.bind('rules', () =>
      pipe(
        parseIpRule(rules),
        E.map((entries) => readPolicyRules(family, entries, own)),
      ),
    ),
    E.map(({ main, routes, rules: found }) => ({
      main: main.map(withoutDevice),
      policy: { routes, rules: found.rules, isSettled: areRulesSettled(found) },
    })),
  )
  return orUnreadable(routing, action)
}

const withoutDevice = ({ device: _, ...route }: FoundRoute): HostRoute => route
