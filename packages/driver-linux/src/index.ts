export {
  type Command,
  type CommandFailure,
  type CommandResult,
  type CommandRunner,
  type CommandRunnerOptions,
  createCommandRunner,
} from './command-runner.js'
export { createLinuxDriver, linuxCapabilities } from './linux-driver.js'
export type { LinuxDriverOptions, PrivateKeySource, WireguardChoice } from './linux-driver-options.js'
export { AGENT_UNIT_NEEDS, OWN_INTERFACE_ALIAS, OWN_ROUTE_PROTOCOL } from './linux-pitfalls.js'
