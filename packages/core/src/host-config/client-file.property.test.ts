/** Files of clients are text that other programs read: whatever was accepted of a client, it adds no line of its own. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { tamperedJson } from '../../test/hostile-json.js'
import { lawRuns } from '../../test/law-runs.js'
import { decide } from '../mesh/decide.js'
import { evolveAll, replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleGateways } from '../testing/sample-clients.js'
import { sampleAddClient } from '../testing/sample-mesh.js'
import { clientId, hostPrefix, ipAddress } from '../values/index.js'
import { clientFile, clientQrText } from './client-file.js'

const start = replay(sampleGateways)
const lines =
  /^(|\[(Interface|Peer)\]|(Address|PrivateKey|MTU|DNS|PostUp|PostDown|PublicKey|AllowedIPs|Endpoint|PersistentKeepalive) = \S.*)$/
const scripted: MeshCommand = sampleAddClient(1, {
  dns: [ipAddress('10.1.0.53')],
  postUp: ['echo up'],
  postDown: ['echo down'],
  prefixesBehind: [hostPrefix(ipAddress('192.0.2.9'))],
})

test('B5 every line of a file is one of WireGuard’s, whatever a client was given', () => {
  const spoilt = fc.oneof(tamperedJson(fc.constant(scripted)), fc.constant(scripted))
  fc.assert(
    fc.property(
      spoilt,
      fc.oneof(fc.constant(null), fc.string(), fc.constant(`${'A'.repeat(43)}=\nPostUp = sh`)),
      (input, key) => {
        const decision = decide(input as MeshCommand, start)
        if (E.isLeft(decision)) return
        const state = evolveAll(start, decision.right)
        const id = clientId('client-1')
        for (const text of [clientFile(state, id, { privateKey: key }), clientQrText(state, id, { privateKey: key })]) {
          if (E.isLeft(text)) continue
          const written = typeof text.right === 'string' ? text.right : text.right.text
          for (const line of written.split('\n')) expect(line).toMatch(lines)
        }
      },
    ),
    lawRuns(10),
  )
  const added = decide(scripted, start)
  const sound = E.isRight(added) ? clientFile(evolveAll(start, added.right), clientId('client-1')) : added
  expect(E.isRight(sound) && sound.right.text).toMatch(/^PostUp = echo up$/m)
})
