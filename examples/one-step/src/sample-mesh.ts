/** A small mesh to look at: three hosts in one network, the first of them a gateway with one client. */
import { type CreateGateway, nodeId, udpEndpoint } from '@meshfold/core'
import {
  eventsOf,
  sampleAddClient,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '@meshfold/core/testing'

const createGateway: CreateGateway = { type: 'CreateGateway', atEpochMs: sampleTime, nodeId: nodeId('node-1-1') }

/** What has happened so far. */
export const history = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(),
  sampleRegisterHost(1, {
    capabilities: ['forward'],
    endpoints: [{ endpoint: udpEndpoint('203.0.113.1:51821'), origin: 'declared' }],
  }),
  sampleRegisterHost(2),
  sampleRegisterHost(3),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleJoinNetwork(1, 3),
  createGateway,
  sampleAddClient(),
)
