import * as E from 'fp-ts/lib/Either.js'
import { commandAnswer, commandBody } from '../../api/command-api.js'
import { withoutSecrets } from '../../api/event-api.js'
import { changeRoute } from '../change-route.js'
import { completeCommand } from '../complete-command.js'
import type { Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

export const commandRoutes = (server: ServerContext): readonly Route[] => [
  changeRoute(server, {
    method: 'POST',
    path: '/api/v1/commands',
    access: 'admin',
    summary: 'Any command of the domain; its time, and ids that are missing, are filled in',
    body: commandBody,
    answer: commandAnswer,
    change: ({ body }) => {
      const command = completeCommand(body, server)
      if (E.isLeft(command)) return command
      return E.right({
        command: command.right,
        shown: ({ commandId, revision, events }) =>
          E.right({ commandId, revision, events: events.map(withoutSecrets) }),
      })
    },
  }),
]
