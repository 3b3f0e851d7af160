// Run by tools/packed-install.mjs against the packed package, on the oldest Node it promises.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { hostId, identityPublicKey, meshId } from '@meshfold/core'
import { connectAgent, nodeCrypto, serveAgents } from '@meshfold/transport-ws'

const [server, serverKeys, hostKeys] = [createServer(), nodeCrypto.generateEd25519(), nodeCrypto.generateEd25519()]
const keyText = (/** @type {Uint8Array} */ bytes) => identityPublicKey(Buffer.from(bytes).toString('base64'))
const big = 'a snapshot '.repeat(100_000)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
assert(address !== null && typeof address === 'object')

const endpoint = serveAgents({
  server,
  path: '/agent',
  meshId: meshId('mesh'),
  epoch: () => 1,
  identity: serverKeys,
  hostIdentityKey: async () => keyText(hostKeys.publicKey),
  onConnection: (connection) => ({
    onMessage: (message) => void connection.send(message === 'snapshot, please' ? big : ''),
    onWritable: () => {},
    onClose: () => {},
  }),
})

const answer = await new Promise((resolve) => {
  const link = connectAgent({
    url: `ws://127.0.0.1:${address.port}/agent`,
    meshId: meshId('mesh'),
    hostId: hostId('host'),
    identityPrivateKey: hostKeys.privateKey,
    serverIdentityKey: keyText(serverKeys.publicKey),
    knownEpoch: () => null,
    onConnection: (connection) => {
      connection.send('snapshot, please')
      const onMessage = (/** @type {string} */ message) => void link.close().then(() => resolve(message))
      return { onMessage, onWritable: () => {}, onClose: () => {} }
    },
  })
})
assert.equal(answer, big)
await endpoint.close()
server.close()
