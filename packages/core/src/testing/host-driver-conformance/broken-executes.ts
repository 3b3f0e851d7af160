import * as E from 'fp-ts/lib/Either.js'
import {
  type BrokenDriver,
  halfMadeInterface,
  ignoring,
  refused,
  replacing,
  withExecute,
  withPeers,
} from './broken-driver.js'

/** Drivers that carry changes out wrongly, in one way each. */
export const brokenExecutes: readonly BrokenDriver[] = [
  { fault: 'ignores remove-peer', caughtBy: 'remove-peer; again, nothing more', spoil: ignoring('remove-peer') },
  { fault: 'ignores remove-route', caughtBy: 'remove-route; again, nothing more', spoil: ignoring('remove-route') },
  { fault: 'ignores set-mtu', caughtBy: 'set-mtu; again, nothing more', spoil: ignoring('set-mtu') },
  {
    fault: 'ignores set-private-key',
    caughtBy: 'set-private-key; again, nothing more',
    spoil: ignoring('set-private-key'),
  },
  {
    fault: 'takes an unknown change for done',
    caughtBy: 'a change it does not know is unsupported',
    spoil: withExecute(async (driver, change) => {
      const done = await driver.execute(change)
      return E.isLeft(done) && done.left.code === 'change-unsupported' ? E.right(undefined) : done
    }),
  },
  {
    fault: 'throws instead of answering',
    caughtBy: 'a change it does not know is unsupported',
    spoil: withExecute(async (driver, change) => {
      const done = await driver.execute(change)
      if (E.isLeft(done)) throw new TypeError(done.left.reason)
      return done
    }),
  },
  {
    fault: 'can add an address only once',
    caughtBy: 'add-address IPv4; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      const isThere = change.kind === 'add-address' && driver.state.interface?.addresses.includes(change.address)
      return isThere === true ? refused : driver.execute(change)
    }),
  },
  {
    fault: 'fails to remove what is gone',
    caughtBy: 'taking away what is not there succeeds and changes nothing',
    spoil: withExecute(async (driver, change) => {
      const isGone = change.kind === 'remove-peer' && !driver.state.peers.has(change.publicKey)
      return isGone ? refused : driver.execute(change)
    }),
  },
  {
    fault: 'loses the endpoint when something else of a peer is set',
    caughtBy: 'set-peer ends keepalives; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      const done = await driver.execute(change)
      if (change.kind === 'set-peer' && change.endpoint === undefined) {
        const { publicKey } = change
        driver.disturb((host) =>
          withPeers(host, (p) => (p.publicKey === publicKey ? { ...p, endpoint: undefined } : p)),
        )
      }
      return done
    }),
  },
  {
    fault: 'adds allowed IPs instead of replacing them',
    caughtBy: 'set-peer replaces all allowed IPs; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      if (change.kind !== 'set-peer' || change.allowedIps === undefined) return driver.execute(change)
      const had = driver.state.peers.get(change.publicKey)?.allowedIps ?? []
      return driver.execute({ ...change, allowedIps: [...new Set([...had, ...change.allowedIps])] })
    }),
  },
  {
    fault: 'takes an empty list of allowed IPs for none given',
    caughtBy: 'set-peer with no allowed IPs; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      if (change.kind !== 'set-peer' || change.allowedIps?.length !== 0) return driver.execute(change)
      const { allowedIps: _, ...rest } = change
      return driver.execute(rest)
    }),
  },
  {
    fault: 'accepts the own key as a peer and forgets it',
    caughtBy: 'a host is no peer of its own',
    spoil: withExecute(async (driver, change) => {
      const isOwn = change.kind === 'set-peer' && change.publicKey === driver.state.interface?.publicKey
      return isOwn ? E.right(undefined) : driver.execute(change)
    }),
  },
  {
    fault: 'takes an error about a missing interface for success',
    caughtBy: 'what needs the interface fails while there is none',
    spoil: withExecute(async (driver, change) =>
      driver.state.interface === undefined && change.kind === 'set-peer' ? E.right(undefined) : driver.execute(change),
    ),
  },
  {
    fault: 'makes the interface before it looks at the key',
    caughtBy: 'an interface with a key that the host does not hold is not made, not even half',
    spoil: withExecute(async (driver, change) => {
      const done = await driver.execute(change)
      if (change.kind !== 'create-interface' || E.isRight(done)) return done
      driver.disturb((host) => ({ ...host, interface: halfMadeInterface }))
      return done
    }),
  },
  {
    fault: 'leaves routes behind',
    caughtBy: 'wanting nothing gives the host back as it was, and it can be made again',
    spoil: withExecute(async (driver, change) => {
      const { routes } = driver.state
      const done = await driver.execute(change)
      if (change.kind === 'remove-interface') driver.disturb((host) => ({ ...host, routes }))
      return done
    }),
  },
  {
    fault: 'goes on after a failure when it does many at once',
    caughtBy: 'many changes at once do what they do one after the other, and stop at the first that fails',
    spoil: (driver) =>
      replacing(driver, {
        executeAll: async (changes) => {
          for (const change of changes) await driver.execute(change)
          return E.right(undefined)
        },
      }),
  },
  {
    fault: 'ignores remove-firewall',
    caughtBy: 'wanting nothing gives the host back as it was, and it can be made again',
    spoil: ignoring('remove-firewall'),
  },
  {
    fault: 'leaves forwarding on',
    caughtBy: 'set-forwarding IPv4 off again; again, nothing more',
    spoil: withExecute(async (driver, change) =>
      change.kind === 'set-forwarding' && !change.isOn ? E.right(undefined) : driver.execute(change),
    ),
  },
  {
    fault: 'ignores remove-policy-rule',
    caughtBy: 'remove-policy-rule; again, nothing more',
    spoil: ignoring('remove-policy-rule'),
  },
  {
    fault: 'leaves what lets packets out behind',
    caughtBy: 'wanting nothing gives the host back as it was, and it can be made again',
    spoil: withExecute(async (driver, change) =>
      change.kind === 'set-bypass' && !change.isOn ? E.right(undefined) : driver.execute(change),
    ),
  },
  {
    fault: 'has one route for a prefix, whatever it leads to',
    caughtBy: 'remove-policy-route spares what leads into the mesh; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      if (change.kind !== 'remove-policy-route') return driver.execute(change)
      const { prefix } = change.route
      driver.disturb((host) => {
        const routes = host.policyRouting.routes.filter((route) => route.prefix !== prefix)
        return { ...host, policyRouting: { ...host.policyRouting, routes } }
      })
      return E.right(undefined)
    }),
  },
  {
    fault: 'adds names to those that are there',
    caughtBy: 'set-names takes the place of others; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      const { lines } = driver.state.names
      if (change.kind !== 'set-names' || lines === 'spoilt') return driver.execute(change)
      const added = change.lines.filter((line) => !lines.includes(line))
      return driver.execute({ ...change, lines: [...lines, ...added] })
    }),
  },
  {
    fault: 'leaves names behind',
    caughtBy: 'wanting nothing gives the host back as it was, and it can be made again',
    spoil: withExecute(async (driver, change) =>
      change.kind === 'set-names' && change.lines.length === 0 ? E.right(undefined) : driver.execute(change),
    ),
  },
  {
    fault: 'never takes back what it told the resolver',
    caughtBy: 'set-resolvers none; again, nothing more',
    spoil: withExecute(async (driver, change) =>
      change.kind === 'set-resolvers' && change.resolvers.length === 0 ? E.right(undefined) : driver.execute(change),
    ),
  },
  {
    fault: 'adds to a set and removes nothing',
    caughtBy: 'change-firewall-set; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      if (change.kind !== 'change-firewall-set') return driver.execute(change)
      const had = driver.state.firewall?.sets.get(change.set) ?? []
      const sets = new Map(change.firewall.sets).set(change.set, [...new Set([...had, ...change.add])])
      return driver.execute({ ...change, firewall: { ...change.firewall, sets } })
    }),
  },
  {
    fault: 'leaves who was in the sets when it replaces the rules',
    caughtBy: 'set-firewall with the same rules puts other members in; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      const had = driver.state.firewall?.sets
      const done = await driver.execute(change)
      if (change.kind === 'set-firewall' && had !== undefined)
        driver.disturb((host) => ({ ...host, firewall: host.firewall && { ...host.firewall, sets: had } }))
      return done
    }),
  },
  {
    fault: 'lets each route exist once for any metric',
    caughtBy: 'add-route beside one of another metric; again, nothing more',
    spoil: withExecute(async (driver, change) => {
      if (change.kind !== 'add-route') return driver.execute(change)
      const { prefix } = change.route
      driver.disturb((host) => ({ ...host, routes: host.routes.filter((route) => route.prefix !== prefix) }))
      return driver.execute(change)
    }),
  },
]
