/** How many hosts a tour takes. */
export const tourHosts = 5

/** One part of the tour, and whether it showed what it was to show. */
export interface TourStep {
  readonly title: string
  readonly passed: boolean
}
