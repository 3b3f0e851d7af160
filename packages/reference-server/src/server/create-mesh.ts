import { commandId, controlRange6Of, describeMeshError, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ServerContext } from '../http/server-context.js'
import { describeServiceError, isServiceError } from '../mesh-service/command-answer.js'
import { type DataFolder, describeMissingEvents, markBegun, type StartError } from './data-folder.js'

export interface NewMesh {
  readonly folder: DataFolder
  readonly meshName?: string | undefined
  readonly domain?: string | undefined
}

const CONTROL_RANGE_4 = ipPrefix('198.19.0.0/16')
const EPHEMERAL_GRACE_SECONDS = 600

/** Begins the mesh, at the first start only. Servers that do so at once give the same command. */
export const createMesh = async (
  { service, crypto }: Pick<ServerContext, 'service' | 'crypto'>,
  { folder, meshName = 'mesh', domain = 'mesh.internal' }: NewMesh,
): Promise<E.Either<StartError, void>> => {
  if (service.state.mesh !== null) return markBegun(folder)
  const { meshId, isBegun } = folder
  if (isBegun) return E.left({ code: 'events-lost', message: describeMissingEvents(folder.path) })
  const answer = await service.submit(
    {
      type: 'CreateMesh',
      meshId,
      name: meshName,
      domain,
      controlRange4: CONTROL_RANGE_4,
      controlRange6: controlRange6Of(crypto, meshId),
      ephemeralGraceSeconds: EPHEMERAL_GRACE_SECONDS,
    },
    { commandId: commandId(`create_${meshId}`), actor: 'system:start', reason: null, source: null },
  )
  if (E.isRight(answer)) return markBegun(folder)
  const error = answer.left
  return E.left({
    code: error.code,
    message: isServiceError(error) ? describeServiceError(error) : describeMeshError(error),
  })
}
