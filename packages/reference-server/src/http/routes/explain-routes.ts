import { asOfState, describeExplanation, explainInSteps, type MeshState, type PacketTraffic } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type ExplainAnswer, type ExplainQuery, explainAnswer, explainQuery } from '../../api/explain-api.js'
import type { ApiError } from '../api-error.js'
import { askPast } from '../ask-past.js'
import { endsApart, findEnds } from '../find-ends.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

export const explainRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/explain',
    access: 'admin',
    summary: 'Why two can or can not talk: what policy says, and every hop there and back',
    query: explainQuery,
    answer: explainAnswer,
    handle: async ({ query }) => {
      const traffic = trafficOf(query)
      if (E.isLeft(traffic)) return traffic
      return askPast(server, [query.at], ([state]) => explained(server, state, query, traffic.right))
    },
  }),
]

const trafficOf = ({ protocol = 'icmp', port }: ExplainQuery): E.Either<ApiError, PacketTraffic> => {
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts && port !== undefined) return E.right({ protocol, port })
  if (!hasPorts && port === undefined) return E.right({ protocol })
  const problem = hasPorts ? `${protocol} needs a port` : `${protocol} has no ports`
  return E.left({ status: 400, code: 'invalid-input', message: `query: $.port: ${problem}, as protocol=tcp&port=443.` })
}

const explained = async (
  { questions }: ServerContext,
  state: MeshState,
  { from, to, at }: ExplainQuery,
  traffic: PacketTraffic,
): Promise<E.Either<ApiError, ExplainAnswer>> => {
  const ends = findEnds(state, from, to, at)
  if (E.isLeft(ends)) return ends
  const explanation = await questions.run(explainInSteps(state, ...ends.right, traffic))
  if (explanation === undefined) return E.left(endsApart)
  const works = explanation.flows.length > 0 && explanation.flows.every((flow) => flow.works)
  const description = describeExplanation(state, explanation)
  return E.right({ asOf: asOfState(state), ...explanation, works, description })
}
