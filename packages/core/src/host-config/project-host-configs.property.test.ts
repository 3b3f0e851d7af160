import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { largeMapKeys } from '../mesh/large-map.js'
import { emptyMeshState } from '../mesh/mesh-state.js'
import { meshHistory } from '../testing/arbitraries/mesh.js'
import { projectHostConfig } from './expand-host-config.js'
import { projectHostConfigs } from './project-host-configs.js'

test('configs that share what is projected are those that each host would get alone', async () => {
  await fc.assert(
    fc.property(meshHistory({ maxCommands: 60 }), ({ steps }) => {
      const state = steps.at(-1)?.after ?? emptyMeshState()
      const configOf = projectHostConfigs(state)
      for (const hostId of largeMapKeys(state.hosts)) expect(configOf(hostId)).toEqual(projectHostConfig(state, hostId))
    }),
    lawRuns(0.3),
  )
})
