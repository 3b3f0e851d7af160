import { epochMsCodec, ipPrefixCodec, type MeshState, meshIdCodec } from '@meshfold/core'
import * as t from 'io-ts'
import { body, domain, ephemeralGraceSeconds, orNull, range, title } from './api-codecs.js'
import { asOfView } from './host-api.js'

/** The mesh as a whole. */
export const meshView = t.readonly(
  t.strict({
    meshId: meshIdCodec,
    name: t.string,
    domain: t.string,
    createdAtEpochMs: epochMsCodec,
    asOf: asOfView,
    controlRange4: ipPrefixCodec,
    controlRange6: ipPrefixCodec,
    ephemeralGraceSeconds: t.number,
    networks: t.number,
    hosts: t.number,
    nodes: t.number,
    /** Agents connected to this server. */
    online: t.number,
    /** Of these, whose hosts are not as configured: they would not take all of it, or took back what had cut them off. */
    diverged: t.number,
    serverFingerprint: t.string,
    publicUrl: orNull(t.string),
  }),
)
export type MeshView = t.TypeOf<typeof meshView>

export const meshAnswer = t.readonly(t.strict({ mesh: meshView }))

/** `PATCH /mesh`; what is left out stays. */
export const updateMeshBody = body(
  {},
  {
    name: title(100),
    domain,
    controlRange4: range,
    controlRange6: range,
    ephemeralGraceSeconds,
  },
)

export interface MeshViewContext {
  readonly online: number
  readonly diverged: number
  readonly serverFingerprint: string
  readonly publicUrl: string | null
}

/** `undefined` before the mesh was created. */
export const viewMesh = (state: MeshState, context: MeshViewContext): MeshView | undefined => {
  const { mesh } = state
  if (mesh === null) return undefined
  return {
    meshId: mesh.meshId,
    name: mesh.name,
    createdAtEpochMs: mesh.createdAtEpochMs,
    ...mesh.settings,
    asOf: { epoch: mesh.epoch, revision: state.revision },
    networks: state.networks.size,
    hosts: state.hosts.size,
    nodes: state.nodes.size,
    ...context,
  }
}
