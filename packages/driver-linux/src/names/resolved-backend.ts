/** systemd-resolved: servers of a link, for domains below which names are asked there. */

import type { HostDriverError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { run, runAll } from '../linux-host.js'
import { LINK_UNKNOWN_TO_RESOLVED } from '../linux-pitfalls.js'
import { readLink, revertLink, showLink, tellLink } from '../render/resolved-commands.js'
import type { MakeResolverBackend } from './resolver-backend.js'

export const makeResolvedBackend: MakeResolverBackend = (host) => ({
  means: { program: 'systemd-resolved', can: 'one-list' },
  find: async (action) => {
    const answers: string[] = []
    for (const command of showLink(host.interfaceName)) {
      const answer = await run(host, { ...command, tolerates: LINK_UNKNOWN_TO_RESOLVED }, action)
      if (E.isLeft(answer)) return answer
      answers.push(answer.right)
    }
    return E.right<HostDriverError, ReturnType<typeof readLink>>(readLink(answers))
  },
  tell: ([resolver], action) =>
    runAll(
      host,
      resolver === undefined ? [revertLink(host.interfaceName)] : tellLink(host.interfaceName, resolver),
      action,
    ),
})
