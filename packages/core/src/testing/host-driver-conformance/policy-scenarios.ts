import type { HostChange } from '../../reconcile/host-change.js'
import type { PolicyRoute } from '../../reconcile/policy-routing.js'
import { ipAddress, ipPrefix } from '../../values/index.js'

const into: PolicyRoute = {
  table: 'tunnel',
  prefix: ipPrefix('0.0.0.0/0'),
  to: 'mesh',
  preferredSource: ipAddress('10.66.0.1'),
}
const sixth: PolicyRoute = { ...into, prefix: ipPrefix('::/0'), preferredSource: ipAddress('fd66::1') }
const outside: PolicyRoute = { ...into, prefix: ipPrefix('192.168.8.0/24'), to: 'outside', preferredSource: null }

/** On a host with the policy routing of `samplePolicyRouting`: each kind of change, with what systems have a will of their own about. */
export const policyScenarios: readonly (readonly [string, HostChange])[] = [
  ['set-bypass that is on', { kind: 'set-bypass', isOn: true }],
  ['set-bypass off', { kind: 'set-bypass', isOn: false }],
  ['add-policy-route', { kind: 'add-policy-route', route: { ...into, prefix: ipPrefix('172.30.0.0/16') } }],
  [
    'add-policy-route with another source replaces',
    { kind: 'add-policy-route', route: { ...into, preferredSource: null } },
  ],
  [
    'add-policy-route IPv6 with another source replaces',
    { kind: 'add-policy-route', route: { ...sixth, preferredSource: null } },
  ],
  [
    'add-policy-route beside one into the mesh',
    { kind: 'add-policy-route', route: { ...outside, prefix: into.prefix } },
  ],
  ['add-policy-route to the other table', { kind: 'add-policy-route', route: { ...outside, table: 'forwarded' } }],
  [
    'add-policy-route IPv6 that refuses',
    { kind: 'add-policy-route', route: { ...outside, prefix: ipPrefix('fd99::/64'), to: 'nowhere' } },
  ],
  ['remove-policy-route', { kind: 'remove-policy-route', route: into }],
  ['remove-policy-route IPv6', { kind: 'remove-policy-route', route: sixth }],
  ['remove-policy-route that leads outside', { kind: 'remove-policy-route', route: outside }],
  [
    'remove-policy-route spares what leads into the mesh',
    { kind: 'remove-policy-route', route: { ...into, to: 'nowhere', preferredSource: null } },
  ],
  ['remove-policy-route IPv6 that is not there', { kind: 'remove-policy-route', route: { ...sixth, to: 'outside' } }],
  [
    'add-policy-rule about another server',
    {
      kind: 'add-policy-rule',
      rule: { family: 4, kind: 'outside-flow', protocol: 'tcp', address: ipAddress('203.0.113.99'), port: 8443 },
    },
  ],
  [
    'add-policy-rule IPv6 about UDP',
    {
      kind: 'add-policy-rule',
      rule: { family: 6, kind: 'outside-flow', protocol: 'udp', address: ipAddress('2001:db8::99'), port: 8443 },
    },
  ],
  ['add-policy-rule about what is not passed on', { kind: 'add-policy-rule', rule: { family: 4, kind: 'own-bypass' } }],
  [
    'add-policy-rule IPv6 about what is not passed on',
    { kind: 'add-policy-rule', rule: { family: 6, kind: 'own-bypass' } },
  ],
  [
    'add-policy-rule about another range that yields',
    {
      kind: 'add-policy-rule',
      rule: { family: 4, kind: 'longer-own-routes', to: ipPrefix('172.16.0.9/32'), longerThan: 12 },
    },
  ],
  [
    'add-policy-rule IPv6 about a range that yields',
    {
      kind: 'add-policy-rule',
      rule: { family: 6, kind: 'longer-own-routes', to: ipPrefix('fd70::/49'), longerThan: 48 },
    },
  ],
  [
    'remove-policy-rule about a range that yields',
    {
      kind: 'remove-policy-rule',
      rule: { family: 4, kind: 'longer-own-routes', to: ipPrefix('10.7.0.0/16'), longerThan: 16 },
    },
  ],
  [
    'remove-policy-rule about a range that yields to others',
    {
      kind: 'remove-policy-rule',
      rule: { family: 4, kind: 'longer-own-routes', to: ipPrefix('10.7.0.0/16'), longerThan: 8 },
    },
  ],
  ['add-policy-rule that is there', { kind: 'add-policy-rule', rule: { family: 4, kind: 'everything' } }],
  ['remove-policy-rule', { kind: 'remove-policy-rule', rule: { family: 4, kind: 'everything' } }],
  ['remove-policy-rule IPv6', { kind: 'remove-policy-rule', rule: { family: 6, kind: 'bypass' } }],
  ['remove-policy-rule about virtual ranges', { kind: 'remove-policy-rule', rule: { family: 4, kind: 'mapped' } }],
  ['add-policy-rule IPv6 about virtual ranges', { kind: 'add-policy-rule', rule: { family: 6, kind: 'mapped' } }],
  ['remove-policy-rule about forwarding', { kind: 'remove-policy-rule', rule: { family: 4, kind: 'forwarded' } }],
  [
    'remove-policy-rule about a server that nobody asked for',
    {
      kind: 'remove-policy-rule',
      rule: { family: 4, kind: 'outside-flow', protocol: 'tcp', address: ipAddress('203.0.113.98'), port: 443 },
    },
  ],
  [
    'remove-policy-rule about one of several servers',
    {
      kind: 'remove-policy-rule',
      rule: { family: 4, kind: 'outside-flow', protocol: 'tcp', address: ipAddress('203.0.113.80'), port: 443 },
    },
  ],
]
