import { sep } from 'node:path'
import { productProgram } from '../mesh/product-program.js'

export interface NextStepsFacts {
  readonly url: string
  readonly adminToken: string
  readonly dataFolder: string
  /** Left out where there are no namespaces. */
  readonly namespaces?: NamespaceFacts
}

export interface NamespaceFacts {
  /** The first host's name and its first process, as the machine sees it. */
  readonly host: { readonly name: string; readonly pid: number }
  /** An address of another host in the mesh. */
  readonly otherAddress: string
  readonly serverPid: number | undefined
  readonly userNamespace: boolean
}

/** What to type next, in a second terminal. */
export function renderNextSteps({ url, adminToken, dataFolder, namespaces }: NextStepsFacts): string {
  return [
    `The server answers on ${url}`,
    '',
    'What to try next, in a second terminal:',
    '  Speak to the server; the first two lines are needed in every terminal that does:',
    `    export MESHFOLD_URL=${url} MESHFOLD_TOKEN=${adminToken}`,
    `    alias meshfold='${nodeCommand(process.execPath)} ${productProgram('reference-server')}'`,
    '    meshfold host list',
    '    meshfold events --follow',
    ...(namespaces === undefined ? [] : insideSteps(namespaces)),
    `  Logs, keys and the database: ${dataFolder}`,
  ].join('\n')
}

/** The Node that was fetched for the repository is named by its path: the one that the reader's shell finds is too old. */
export function nodeCommand(execPath: string): string {
  return execPath.includes(`${sep}.tools${sep}`) ? execPath : 'node'
}

/** What to say of a server that has been started again. */
export const renderServerAgain = (serverPid: number | undefined): string =>
  serverPid === undefined
    ? 'the server is started again'
    : `the server is started again, as process ${serverPid}; to kill it again: kill -9 ${serverPid}`

function insideSteps({ host, otherAddress, serverPid, userNamespace }: NamespaceFacts): readonly string[] {
  const user = userNamespace ? ' -U --preserve-credentials' : ''
  const shell = [
    `  A shell on ${host.name}, then \`wg\` or \`ping ${otherAddress}\`:`,
    `    nsenter -t ${host.pid}${user} -m -n -p -u sh`,
  ]
  if (serverPid === undefined) return shell
  return [
    ...shell,
    '  Kill the server, and see the pings go on; it is started again after 15 s:',
    `    kill -9 ${serverPid}`,
  ]
}
