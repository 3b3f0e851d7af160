import { relative } from 'node:path'
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
  const bin = productProgram('reference-server')
  const fromHere = relative(process.cwd(), bin)
  return [
    `The server answers on ${url}`,
    '',
    'What to try next, in a second terminal:',
    '  Speak to the server:',
    `    export MESHFOLD_URL=${url} MESHFOLD_TOKEN=${adminToken}`,
    `    alias meshfold='node ${fromHere.startsWith('..') ? bin : fromHere}'`,
    '    meshfold host list',
    '    meshfold events --follow',
    ...(namespaces === undefined ? [] : insideSteps(namespaces)),
    `  Logs, keys and the database: ${dataFolder}`,
  ].join('\n')
}

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
