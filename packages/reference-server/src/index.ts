export { type RunningServer, type ServerOptions, startServer } from './compose.js'
export type { StartError } from './server/data-folder.js'
export { type ListenAddress, parseListenAddress } from './server/listen-address.js'
export { type ServerLog, silentLog } from './server-log.js'
