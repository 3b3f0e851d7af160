import { largeMapGet, type MeshState, type NetworkId, policyTestResults } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { networkParams } from '../../api/network-api.js'
import { type PolicyTestsAnswer, policyTestsAnswer } from '../../api/policy-test-api.js'
import { notFound } from '../api-error.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

export const policyTestRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/networks/:networkId/policy-tests',
    access: 'admin',
    summary: 'Whether what must be so of the policies is so now',
    params: networkParams,
    answer: policyTestsAnswer,
    handle: ({ params: { networkId } }) => {
      const { state } = server.service
      if (largeMapGet(state.networks, networkId) === undefined) return E.left(notFound('network', networkId))
      return E.right({ networkId, tests: resultsOf(state, networkId) })
    },
  }),
]

const resultsOf = (state: MeshState, networkId: NetworkId): PolicyTestsAnswer['tests'] =>
  policyTestResults(state, networkId).flatMap(({ policyTestId, verdict, answers }) => {
    const test = largeMapGet(state.policyTests, policyTestId)
    if (test === undefined) return []
    const { name, from, to, protocol, port, expect } = test
    const allowedBy = answers.map(({ by }) => by)
    return [{ policyTestId, name, from, to, protocol, port, expect, verdict, allowedBy }]
  })
