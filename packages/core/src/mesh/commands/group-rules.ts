import type { GroupId } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import { foldedName } from '../user-keys.js'
import type { ExistingMesh } from './decision.js'

/** Why a group can't have this name: another one has, perhaps in other capitals. */
export const groupNameProblem = (state: ExistingMesh, groupId: GroupId, name: string): MeshError | undefined => {
  const namesakeId = largeMapGet(state.indexes.groupIdsByName, foldedName(name))
  return namesakeId === undefined || namesakeId === groupId
    ? undefined
    : { code: 'group-name-taken', name, groupId: namesakeId }
}
