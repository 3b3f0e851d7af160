/** Reconciles a machine towards one config, then towards another, and prints each step and the file that comes of it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DesiredHost,
  type HostChange,
  ipAddress,
  ipPrefix,
  noNames,
  noPolicyRouting,
  reconcile,
  udpEndpoint,
} from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { createFileDriver } from './file-driver.ts'

const [ownKey, officeKey] = [samplePublicKey(1), samplePublicKey(2)]

const desiredWith = (officeAt: string): DesiredHost => ({
  publicKey: ownKey,
  listenPort: 51821,
  mtuBytes: 1420,
  addresses: [ipAddress('10.10.0.1')],
  peers: new Map([
    [
      officeKey,
      {
        publicKey: officeKey,
        allowedIps: [ipPrefix('10.10.0.2/32'), ipPrefix('192.168.7.0/24')],
        endpointCandidates: [udpEndpoint(officeAt)],
        keepaliveSeconds: 20,
      },
    ],
  ]),
  firewall: null,
  forwards: false,
  policyRouting: noPolicyRouting,
  names: noNames,
  routes: ['10.10.0.0/24', '192.168.7.0/24'].map((range) => ({
    prefix: ipPrefix(range),
    preferredSource: ipAddress('10.10.0.1'),
    metric: 50,
  })),
})

const stepText = ({ kind, ...facts }: HostChange): string => `  ${kind} ${JSON.stringify(facts)}`

const folder = await mkdtemp(join(tmpdir(), 'meshfold-example-'))
try {
  const file = join(folder, 'mesh0.conf')
  const driver = createFileDriver({ file, ownKey: () => ownKey, nowEpochMs: Date.now })
  // #region reconcile
  for (const officeAt of ['203.0.113.7:51821', '198.51.100.9:51821']) {
    const report = await reconcile(driver, desiredWith(officeAt))
    if (E.isLeft(report)) throw new Error(report.left.code)
    console.log(`office at ${officeAt}:\n${report.right.executed.map(stepText).join('\n')}`)
  }
  // #endregion
  console.log(`\n${await readFile(file, 'utf8')}`)
} finally {
  await rm(folder, { recursive: true })
}
