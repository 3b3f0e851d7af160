import { describe } from 'vitest'
import { useIptables } from './support/iptables-hosts.js'
import { modelCases } from './support/model-cases.js'

describe('with iptables (legacy)', () =>
  modelCases({ prepare: (host) => useIptables(host, 'legacy'), firewall: 'iptables' }))
