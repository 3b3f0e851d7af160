declare const brand: unique symbol

/**
 * Marks a string or number that has passed the parser named `Name`, so that a raw value can't be passed in its place.
 * Exists in types only; brands add up, so an `Ipv4Address` is still an `IpAddress`.
 */
export interface Brand<Name extends string> {
  readonly [brand]: { readonly [Key in Name]: true }
}
