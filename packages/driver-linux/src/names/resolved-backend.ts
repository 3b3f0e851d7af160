/** systemd-resolved: servers of a link, for domains below which names are asked there. */

import type { IpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { LINK_UNKNOWN_TO_RESOLVED, OF_RESOLVED } from '../linux-pitfalls.js'
import { serversIn } from '../render/resolv-conf-text.js'
import { readLink, revertLink, showLink, tellLink } from '../render/resolved-commands.js'
import type { MakeResolverBackend } from './resolver-backend.js'
import { readTextFile } from './text-file.js'

export const makeResolvedBackend: MakeResolverBackend = (host) => ({
  means: { program: 'systemd-resolved', can: 'one-list' },
  find: async (action) => {
    const answers: string[] = []
    for (const command of showLink(host.interfaceName)) {
      const answer = await run(host, { ...command, tolerates: LINK_UNKNOWN_TO_RESOLVED }, action)
      if (E.isLeft(answer)) return answer
      answers.push(answer.right)
    }
    const elsewhere = await uplinkServers(host, action)
    if (E.isLeft(elsewhere)) return elsewhere
    const resolvers = readLink(answers)
    const ours = new Set(resolvers === 'spoilt' ? [] : resolvers.flatMap(({ servers }) => servers))
    return E.right({ resolvers, elsewhere: elsewhere.right.filter((server) => !ours.has(server)) })
  },
  tell: ([resolver], action) =>
    runAll(
      host,
      resolver === undefined ? [revertLink(host.interfaceName)] : tellLink(host.interfaceName, resolver),
      action,
    ),
})

/** The servers of all its links, ours included. */
export async function uplinkServers(host: LinuxHost, action: string): Outcome<readonly IpAddress[]> {
  const file = await readTextFile(host.files, OF_RESOLVED.uplinks, action)
  return E.isLeft(file) ? file : E.right(serversIn(file.right.text ?? ''))
}
