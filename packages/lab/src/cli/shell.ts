import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.js'
import { productProgram } from '../mesh/product-program.js'
import type { Lab } from '../net/lab.js'
import { toolPath } from '../tool-path.js'
import { agentScript, serverScript } from './shell-programs.js'

/**
 * A shell in a lab that is up. In it, `on <host> <command>` runs a command on a host, `meshfold` speaks to the server as its
 * administrator, and `on <host> meshfold-agent` to that host's agent. Resolves when it is left.
 */
export async function openShell(lab: Lab): Promise<void> {
  const bin = join(lab.dataFolder, 'bin')
  makeFolder(bin)
  const cases = lab.everyHost.map(({ name, enterArguments }) => `${name}) set -- ${enterArguments.join(' ')} "$@" ;;`)
  const names = lab.everyHost.map(({ name }) => name).join(' ')
  const script = `#!/bin/sh
[ $# -ge 1 ] || { echo "Usage: on <host> [command]. Hosts: ${names}" >&2; exit 2; }
name=$1; shift
[ $# -ge 1 ] || set -- sh
case $name in
${cases.join('\n')}
*) echo "There is no host $name. Hosts: ${names}" >&2; exit 2 ;;
esac
exec nsenter "$@"
`
  await writeFile(join(bin, 'on'), script, { mode: 0o755 })
  await writeFile(join(bin, 'meshfold'), serverScript(lab.dataFolder, commandOf('reference-server')), { mode: 0o755 })
  await writeFile(join(bin, 'meshfold-agent'), agentScript(lab.dataFolder, commandOf('reference-agent')), {
    mode: 0o755,
  })
  process.stderr.write(
    `A shell in the lab. \`on h1 wg\`, \`on h1\` for a shell there; hosts: ${names}. \`meshfold host list\` asks the server, \`on h1 meshfold-agent status\` a host's agent. \`exit\` ends it all.\n`,
  )
  // The shell's Ctrl-C is for what runs in it.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  const shell = spawn('sh', ['-i'], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}:${toolPath()}`, PS1: 'lab$ ' },
  })
  await once(shell, 'exit')
  process.off('SIGINT', ignore)
}

const commandOf = (name: Parameters<typeof productProgram>[0]): string =>
  `'${process.execPath}' '${productProgram(name)}'`
