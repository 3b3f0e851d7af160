export {
  type OpenSqliteEventLogError,
  openSqliteEventLog,
  type SqliteEventLogOptions,
} from './open-sqlite-event-log.js'
