/**
 * Names of the mesh on a host: lines beside those that the host has of its own, and servers that its resolver asks. What the host had
 * before stays: a name that somebody else gave an address keeps it, and a resolver is asked about the mesh's domains only, but in a full
 * tunnel (D5).
 */
import type { IpAddress } from '../values/index.js'

/** What a host shall know of names. */
export interface DesiredNames {
  /** In order. */
  readonly lines: readonly NameLine[]
  /** The one that is asked about everything first, if there is one; no two are asked about one domain. */
  readonly resolvers: readonly WantedResolver[]
}

/** One address and what it is called: the full name, and the short one where there is one. */
export interface NameLine {
  readonly address: IpAddress
  readonly names: readonly string[]
}

/** Servers that are asked about some domains and all below them. */
export interface NameResolver {
  /** In the order in which they are asked. */
  readonly servers: readonly IpAddress[]
  /** Sorted; {@link everyDomain}: everything. */
  readonly domains: readonly string[]
}

/** A resolver, as the mesh wants it. */
export interface WantedResolver extends NameResolver {
  /** Whether the mesh leads to each of its servers. */
  readonly isInMesh: boolean
}

/** The domain that all others are below. */
export const everyDomain = '.'

/** Nothing of the mesh. */
export const noNames: DesiredNames = { lines: [], resolvers: [] }

/** What a host knows of names, as far as a driver put it there or has to respect it. */
export interface ObservedNames {
  /** Own lines, in order; `spoilt`: something of them is there, and not as a driver leaves it. */
  readonly lines: readonly NameLine[] | 'spoilt'
  /** Names that lines of others have, in lower case. */
  readonly taken: ReadonlySet<string>
  /** What was told the host's resolver. */
  readonly resolvers: readonly NameResolver[] | 'spoilt'
  /** Servers that the host asks besides, or asked before it was told of ours, in order; loopback addresses may be among them. */
  readonly elsewhere: readonly IpAddress[]
  readonly means: ResolverMeans
}

/** What resolves names on a host, and what it can be told. */
export interface ResolverMeans {
  /** For people, such as `systemd-resolved` or `/etc/resolv.conf`. */
  readonly program: string
  /**
   * `each-domain`: other servers for other domains, unless some are asked about everything. `one-list`: one list of servers for all domains that it is told, asked through the
   * own interface, with which they are forgotten. `everything`: servers for all names alone. `nothing`: nothing.
   */
  readonly can: 'each-domain' | 'one-list' | 'everything' | 'nothing'
}

/** What is found where there is nothing to be told of names. */
export const noNamesFound: ObservedNames = {
  lines: [],
  taken: new Set(),
  resolvers: [],
  elsewhere: [],
  means: { program: 'nothing', can: 'nothing' },
}

/** A resolver that a host can't be given, and why, in English. */
export interface LeftResolver {
  readonly resolver: NameResolver
  readonly reason: string
}

/** How names are served on a host, and what of them is not, and why. */
export interface NamesReport {
  /** Addresses that have names. */
  readonly known: number
  /** Names of the mesh that others gave an address, so that they have theirs; sorted. */
  readonly leftToOthers: readonly string[]
  /** What resolves names here, for people. */
  readonly resolver: string
  /** What it was told. */
  readonly asked: readonly NameResolver[]
  readonly notAsked: readonly LeftResolver[]
}

/** What a host knows of the names that it shall know. */
export const reportNames = (found: ObservedNames, desired: DesiredNames): NamesReport => {
  const wanted = new Set(desired.lines.flatMap(({ names }) => names))
  return {
    known: found.lines === 'spoilt' ? 0 : found.lines.length,
    leftToOthers: [...found.taken].filter((name) => wanted.has(name)).sort(),
    resolver: found.means.program,
    asked: found.resolvers === 'spoilt' ? [] : found.resolvers,
    notAsked: serveResolvers(desired.resolvers, found.means).left,
  }
}

/** What of the lines is left where others have names already: theirs goes before. The same list where they have none of them. */
export const linesBeside = (lines: readonly NameLine[], taken: ObservedNames['taken']): readonly NameLine[] => {
  if (!lines.some(({ names }) => names.some((name) => taken.has(name)))) return lines
  return lines.flatMap(({ address, names }) => {
    const free = names.filter((name) => !taken.has(name))
    return free.length === 0 ? [] : [{ address, names: free }]
  })
}

/** What of the resolvers a host can be told, and what not. */
export const serveResolvers = (
  wanted: readonly WantedResolver[],
  { program, can }: ResolverMeans,
): { readonly served: readonly NameResolver[]; readonly left: readonly LeftResolver[] } => {
  switch (can) {
    case 'each-domain':
      return wanted.some(isAboutEverything)
        ? serveOnly(wanted, isAboutEverything, `${program} asks about everything elsewhere`)
        : { served: wanted.map(bare), left: [] }
    case 'one-list':
      return serveOneList(wanted, program)
    case 'everything':
      return serveOnly(wanted, isAboutEverything, `${program} can't ask a server about some domains only`)
    case 'nothing':
      return { served: [], left: wanted.map(leftBecause('nothing here can be told of servers')) }
  }
}

const serveOnly = (
  wanted: readonly WantedResolver[],
  isServed: (resolver: WantedResolver) => boolean,
  reason: string,
): ReturnType<typeof serveResolvers> => {
  const [served, others] = partition(wanted, isServed)
  return { served: served.map(bare), left: others.map(leftBecause(reason)) }
}

/** The first list of servers, with all domains that are asked there. */
const serveOneList = (wanted: readonly WantedResolver[], program: string): ReturnType<typeof serveResolvers> => {
  const [reached, beyond] = partition(wanted, ({ isInMesh }) => isInMesh)
  const [first] = reached
  const [same, others] = partition(reached, ({ servers }) => servers.join() === first?.servers.join())
  const domains = [...new Set(same.flatMap((resolver) => resolver.domains))].sort()
  return {
    served: first === undefined ? [] : [{ servers: first.servers, domains }],
    left: [
      ...beyond.map(leftBecause(`the mesh does not lead to its servers, and ${program} would ask them there`)),
      ...others.map(
        leftBecause(`${program} takes one list of servers for the mesh, and has ${String(first?.servers.join(', '))}`),
      ),
    ],
  }
}

/** Whether its servers are asked about all names. */
export const isAboutEverything = ({ domains }: NameResolver): boolean => domains.includes(everyDomain)

const bare = ({ servers, domains }: NameResolver): NameResolver => ({ servers, domains })

const leftBecause =
  (reason: string) =>
  (resolver: WantedResolver): LeftResolver => ({ resolver: bare(resolver), reason })

const partition = <A>(items: readonly A[], isFirst: (item: A) => boolean): readonly [readonly A[], readonly A[]] => [
  items.filter(isFirst),
  items.filter((item) => !isFirst(item)),
]
