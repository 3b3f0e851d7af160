/**
 * The sections of a desired host that can cut it off from its server: wrong ones lead the packets that would bring better ones into
 * nowhere. Peers, keys and the firewall are none: whatever they say, the own interface alone hears it, and to undo them could let
 * somebody in again.
 */
import type { DesiredHost } from './desired-host.js'

/**
 * `full-tunnel`: everything may go into the tunnel, and what can't is refused. `routes`: they may cover the server. `addresses`: own
 * ones, which may be the server's. `mtu`: large packets may not get through.
 */
export type UnderlaySection = 'full-tunnel' | 'routes' | 'addresses' | 'mtu'

/** These sections of a desired host, and nothing else of it. */
export type UnderlayContents = Pick<DesiredHost, 'policyRouting' | 'routes' | 'addresses' | 'mtuBytes'>

/** Whoever adds a field says here whether it can cut the underlay. */
const sectionOfField = {
  policyRouting: 'full-tunnel',
  routes: 'routes',
  addresses: 'addresses',
  mtuBytes: 'mtu',
  publicKey: null,
  listenPort: null,
  peers: null,
  forwards: null,
  firewall: null,
  names: null,
} as const satisfies Readonly<Record<keyof UnderlayContents, UnderlaySection>> &
  Readonly<Record<Exclude<keyof DesiredHost, keyof UnderlayContents>, null>>

const fields = Object.entries(sectionOfField).flatMap(([field, section]) =>
  section === null ? [] : [{ field: field as keyof UnderlayContents, section }],
)

/** In the order in which they are told. */
export const underlaySections: readonly UnderlaySection[] = fields.map(({ section }) => section)

export const underlayOf = ({ policyRouting, routes, addresses, mtuBytes }: DesiredHost): UnderlayContents => ({
  policyRouting,
  routes,
  addresses,
  mtuBytes,
})

/** A section's content as a text: equal texts, equal contents. */
export const underlayText = (contents: UnderlayContents, wanted: UnderlaySection): string =>
  fields.map(({ field, section }) => (section === wanted ? JSON.stringify(contents[field]) : '')).join('')

/** The sections in which they differ; those that are the same object cost nothing. */
export const changedSections = (one: UnderlayContents, other: UnderlayContents): readonly UnderlaySection[] =>
  fields.flatMap(({ field, section }) =>
    one[field] !== other[field] && underlayText(one, section) !== underlayText(other, section) ? [section] : [],
  )

/** A host as desired, but with these sections as they are in `kept`. */
export const withSections = (
  desired: DesiredHost,
  kept: UnderlayContents,
  sections: readonly UnderlaySection[],
): DesiredHost => {
  if (sections.length === 0) return desired
  const taken = fields.filter(({ section }) => sections.includes(section)).map(({ field }) => [field, kept[field]])
  const mixed: DesiredHost = { ...desired, ...Object.fromEntries(taken) }
  const own = new Set(mixed.addresses)
  // A route from an address that the host hasn't got can't be made.
  const { policyRouting } = mixed
  const routes = onlyFrom(own, mixed.routes)
  const policyRoutes = onlyFrom(own, policyRouting.routes)
  return { ...mixed, routes, policyRouting: { ...policyRouting, routes: policyRoutes } }
}

const onlyFrom = <R extends DesiredHost['routes'][number] | DesiredHost['policyRouting']['routes'][number]>(
  own: ReadonlySet<string>,
  routes: readonly R[],
): readonly R[] => {
  const possible = routes.filter(({ preferredSource }) => preferredSource === null || own.has(preferredSource))
  return possible.length === routes.length ? routes : possible
}
