import * as E from 'fp-ts/lib/Either.js'
import { noCapabilities } from '../../reconcile/driver-capabilities.js'
import { ipAddress, ipPrefix } from '../../values/index.js'
import { sampleObservedAt } from '../arbitraries/hosts.js'
import { emptyHost } from '../simulated-host.js'
import { type BrokenDriver, halfMadeInterface, replacing, withObserve, withPeers } from './broken-driver.js'

/** Drivers that read or describe wrongly, in one way each. */
export const brokenObserves: readonly BrokenDriver[] = [
  {
    fault: 'makes the interface while observing',
    caughtBy: 'a bare host has no interface, and observing changes nothing',
    spoil: (driver) =>
      replacing(driver, {
        observe: async () => {
          const answer = await driver.observe()
          driver.disturb((host) => ({ ...host, interface: host.interface ?? halfMadeInterface }))
          return answer
        },
      }),
  },
  {
    fault: 'answers from memory',
    caughtBy: 'a driver opened anew reads the same',
    spoil: (driver) => {
      let isFresh = true
      return replacing(driver, {
        observe: async () => (isFresh ? E.right(emptyHost(sampleObservedAt)) : driver.observe()),
        execute: (change) => {
          isFresh = false
          return driver.execute(change)
        },
      })
    },
  },
  {
    fault: "keeps WireGuard's answer",
    caughtBy: 'WireGuard alone reads as with the rest of the host, and observing changes nothing',
    spoil: (driver) => {
      let kept: ReturnType<typeof driver.observeTunnel> | undefined
      return replacing(driver, {
        observeTunnel: () => {
          kept ??= driver.observeTunnel()
          return kept
        },
      })
    },
  },
  {
    fault: 'answers with what it knows by then when it is told to give up',
    caughtBy: 'a look that is given up says so or reads everything, and observing changes nothing',
    spoil: (driver) =>
      replacing(driver, {
        observe: async (wish) =>
          wish?.isGivenUp?.() === true ? E.right(emptyHost(sampleObservedAt)) : driver.observe(),
      }),
  },
  {
    fault: 'does not see keepalives',
    caughtBy: 'an ordinary host reads the same twice, and observing changes nothing',
    spoil: withObserve((host) => withPeers(host, (peer) => ({ ...peer, keepaliveSeconds: 0 }))),
  },
  {
    fault: 'reports its own address as underlay',
    caughtBy: 'the own interface is no underlay',
    spoil: withObserve((host) => ({
      ...host,
      underlayAddresses: [
        { interfaceName: 'mesh0', address: ipAddress('10.66.0.1'), connectedPrefix: ipPrefix('10.66.0.1/32') },
      ],
    })),
  },
  {
    fault: 'declares a capability missing without a word',
    caughtBy: 'every capability is declared, and a missing one says what follows',
    spoil: (driver) =>
      replacing(driver, {
        capabilities: { ...noCapabilities, 'isolate-networks': { supported: false, consequence: ' ' } },
      }),
  },
]
