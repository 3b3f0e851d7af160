import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** `meshfold` as the administrator of a lab's server; of several servers the first by name. */
export function serverScript(dataFolder: string, command: string): string {
  const servers = readdirSync(dataFolder).filter((name) => existsSync(join(dataFolder, name, 'admin-token')))
  const folder = join(dataFolder, servers.sort()[0] ?? 'server')
  return `#!/bin/sh
export MESHFOLD_URL='unix:${folder}/server.sock'
MESHFOLD_TOKEN=$(cat '${folder}/admin-token' 2>/dev/null)
export MESHFOLD_TOKEN
exec ${command} "$@"
`
}

/** `meshfold-agent` of the host that it is called on: its folder has the host's name. */
export const agentScript = (dataFolder: string, command: string): string => `#!/bin/sh
state="${dataFolder}/$(hostname)/state"
case " $* " in
"  " | " -"* | *" --state"*) ;;
*) [ ! -d "$state" ] || set -- "$@" --state "$state" ;;
esac
exec ${command} "$@"
`
