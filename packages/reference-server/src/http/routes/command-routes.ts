import * as E from 'fp-ts/lib/Either.js'
import { commandAnswer, commandBody } from '../../api/command-api.js'
import { withoutSecrets } from '../../api/event-api.js'
import { completeCommand } from '../complete-command.js'
import { jsonRoute, type Route } from '../route.js'
import { carryOut, type ServerContext } from '../server-context.js'

export const commandRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'POST',
    path: '/api/v1/commands',
    access: 'admin',
    summary: 'Any command of the domain; its time, and ids that are missing, are filled in',
    body: commandBody,
    answer: commandAnswer,
    handle: async ({ body }, { context }) => {
      const command = completeCommand(body, server)
      if (E.isLeft(command)) return command
      const done = await carryOut(server, command.right, context)
      if (E.isLeft(done)) return done
      const { commandId, revision, events } = done.right
      return E.right({ commandId, revision, events: events.map(withoutSecrets) })
    },
  }),
]
