import { setTimeout as sleep } from 'node:timers/promises'
import { agentTransportConformance } from '@meshfold/core/testing'
import { describe, test } from 'vitest'
import { nodeCrypto as crypto } from '../src/index.js'
import { selfSignedCertificate } from './self-signed-certificate.js'
import { webSocketUnderTest } from './websocket-under-test.js'

describe('over HTTP', { timeout: 60_000 }, () => {
  const capabilities = { remoteAddresses: true, wireFaults: true }
  agentTransportConformance({
    describe,
    test,
    sleep,
    crypto,
    capabilities,
    createTransport: () => webSocketUnderTest(),
  })
})

const certificate = selfSignedCertificate()
if ('missing' in certificate) console.info(`No test over HTTPS: ${certificate.missing}`)
else overHttps(() => webSocketUnderTest(certificate))

function overHttps(createTransport: () => ReturnType<typeof webSocketUnderTest>): void {
  describe('over HTTPS', { timeout: 60_000 }, () => {
    const capabilities = { remoteAddresses: true, wireFaults: false }
    agentTransportConformance({ describe, test, sleep, crypto, capabilities, createTransport })
  })
}
