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
  /** The hosts' names and their first processes, as the machine sees them. */
  readonly hosts: readonly { readonly name: string; readonly pid: number }[]
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
    ...(namespaces === undefined ? [] : insideSteps(namespaces, dataFolder)),
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

/** How the demo ends, and what is left of it then. */
export const renderEnd = (keptFolder: string | undefined): string =>
  keptFolder === undefined ? 'Ctrl-C ends it and leaves nothing behind.' : `Ctrl-C ends it and leaves ${keptFolder}.`

function insideSteps(
  { hosts: [first, ...others], otherAddress, serverPid, userNamespace }: NamespaceFacts,
  dataFolder: string,
): readonly string[] {
  const user = userNamespace ? ' -U --preserve-credentials' : ''
  const elsewhere = others.map(({ name, pid }) => `${name} ${pid}`).join(', ')
  const agent = `${nodeCommand(process.execPath)} ${productProgram('reference-agent')}`
  const shell = [
    `  A shell on ${first?.name}, then \`wg\` or \`ping ${otherAddress}\`; the numbers of the others: ${elsewhere}`,
    `    nsenter -t ${first?.pid}${user} -m -n -p -u sh`,
    '  In it, what its agent says:',
    `    ${agent} status --state ${dataFolder}/$(hostname)/state`,
  ]
  if (serverPid === undefined) return shell
  return [
    ...shell,
    '  Kill the server, and see the pings go on; it is started again after 15 s:',
    `    kill -9 ${serverPid}`,
  ]
}
