import { expect, test } from 'vitest'
import type { FragmentId, FragmentVersion, NodeFragment } from '../host-config/fragment.js'
import type { PatchChange } from '../host-config/fragment-change.js'
import { patchOfParts } from '../host-config/shared-patch.js'
import { formatHash, hashText } from '../values/content-hash.js'
import { hostId, networkId, nodeId } from '../values/index.js'
import { patchText } from './patch-text.js'

const changeOf = (n: number): PatchChange => {
  const content: NodeFragment = {
    kind: 'node',
    nodeId: nodeId(`node-${n}`),
    hostId: hostId(`host-${n}`),
    networkId: networkId('net'),
    addresses: [],
    via: null,
    identityKey: null,
    isGateway: false,
  }
  const to = formatHash(hashText(`node-${n}`)) as FragmentVersion
  return { fragment: `node:node-${n}` as FragmentId, change: { op: 'put', to, content } }
}
const many = Array.from({ length: 1000 }, (_, n) => changeOf(n))
const plainText = (changes: readonly PatchChange[]): string => JSON.stringify(changes).slice(1, -1)

test('lists that many are sent with gaps have the text that each would have alone', () => {
  expect(patchText(many)).toBe(plainText(many))
  for (let n = 0; n < many.length; n += 1) {
    const others = many.filter((_, at) => at !== n && at !== n + 1)
    if (patchText(others) !== plainText(others)) expect(patchText(others)).toBe(plainText(others))
  }
  const turned = [...many].reverse()
  expect(patchText(turned)).toBe(plainText(turned))
})

test('a patch of parts has the text of the whole list, also where a part is empty', () => {
  const [own, forgotten]: readonly PatchChange[] = [
    changeOf(-1),
    { fragment: 'host:x' as FragmentId, change: { op: 'forget' } },
  ]
  for (const shared of [[], [forgotten], many])
    for (const first of [[], [own], [own, forgotten]]) {
      const patch = patchOfParts(first as readonly PatchChange[], shared as readonly PatchChange[])
      expect(patchText(patch)).toBe(plainText(patch))
      expect(patch).toEqual([...first, ...shared])
    }
})
