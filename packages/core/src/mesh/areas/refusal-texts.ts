/** English for each refusal of an area: what is wrong, and the way out. */
export type RefusalTexts<Refusal extends { readonly code: string }> = {
  readonly [C in Refusal['code']]: (error: Extract<Refusal, { code: C }>) => string
}
