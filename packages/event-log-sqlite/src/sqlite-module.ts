import * as E from 'fp-ts/lib/Either.js'

/** What this package uses of Node. */
export type SqliteModule = typeof import('node:sqlite')

/** This Node has no usable `node:sqlite`. `reason` names the version found and the versions that have it. */
export interface SqliteMissing {
  readonly code: 'node-sqlite-missing'
  readonly nodeVersion: string
  readonly reason: string
}

/**
 * The SQLite built into Node, or which Node has one. `getBuiltinModule` answers `undefined` where an import would throw, and
 * bundlers leave it alone; some strip the `node:` from an import, and there is no module `sqlite`.
 */
export function loadSqlite(
  find: (name: 'node:sqlite') => SqliteModule | undefined = (name) => process.getBuiltinModule?.(name),
  nodeVersion: string = process.versions.node,
): E.Either<SqliteMissing, SqliteModule> {
  const sqlite = find('node:sqlite')
  if (typeof sqlite?.StatementSync?.prototype.setReturnArrays === 'function') return E.right(sqlite)
  const reason = `Node ${nodeVersion} has no built-in SQLite that can be used: Node 22.18 or newer is needed`
  return E.left({ code: 'node-sqlite-missing', nodeVersion, reason })
}
