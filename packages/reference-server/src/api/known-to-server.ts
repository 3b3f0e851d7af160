/** Fields of commands that follow from others, or from who asks. */
const knownToServer = { byUserId: null, controlAddress6: null, freshNodeIds: null } as const

export type FieldKnownToServer = keyof typeof knownToServer

/** Whether the server can fill in a field of a command, besides fresh ids. */
export const isKnownToServer = (field: string): field is FieldKnownToServer => Object.hasOwn(knownToServer, field)
