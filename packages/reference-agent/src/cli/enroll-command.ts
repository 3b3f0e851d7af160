import type { HostClaims, HostDriver, HostName, IpPrefix, UdpEndpoint } from '@meshfold/core'
import { type EnrollmentToken, identityKeyToBytes, serverFingerprint, supportedCapabilities } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { composeDriver, crypto } from '../compose.js'
import { enrollHost } from '../enrollment/enroll-host.js'
import type { EnrollmentRecord } from '../enrollment/enrollment-record.js'
import { type HostKeys, loadHostKeys, loadOrMakeHostKeys } from '../enrollment/host-keys.js'
import { createPostJson } from '../enrollment/http-post.js'
import { ownEndpoints, ownPrefixes } from '../report/own-endpoints.js'
import { lockHolder, takeLock } from '../state/lock-file.js'
import { StateFolder } from '../state/state-folder.js'
import { findFreePort } from '../system/free-port.js'
import { defaultHostName, readHostSystem } from '../system/host-system.js'
import { claimInterface } from '../system/interface-claim.js'
import { agentVersion } from '../system/version.js'
import {
  CliFailure,
  driverFailure,
  enrollFailure,
  folderFailure,
  interfaceClaimedFailure,
  keysFailure,
  lockFailure,
  usageFailure,
} from './cli-failure.js'
import { enrolledText } from './enrolled-text.js'
import { readCa } from './options.js'
import type { Output } from './output.js'
import { readToken } from './read-token.js'

/** What `enroll` was told; what is left out stays as it was at an earlier enrolment. */
export interface EnrollOptions {
  readonly server: URL
  readonly state: string
  readonly name?: HostName
  readonly interface?: string
  readonly listenPort?: number
  readonly endpoint?: readonly UdpEndpoint[]
  readonly excludePrefix?: readonly IpPrefix[]
  readonly ca?: string
  readonly token?: string
  readonly tokenFile?: string
}

/** How the host is to behave: from the options, else from before, else the defaults. */
type Settings = Pick<
  EnrollmentRecord,
  'name' | 'interfaceName' | 'listenPort' | 'declaredEndpoints' | 'excludedPrefixes' | 'serverCa'
>

/** Makes this machine a host of a mesh, or of further networks of its mesh. */
export async function enroll(options: EnrollOptions, output: Output): Promise<void> {
  const folder = new StateFolder(options.state)
  const made = await folder.make()
  if (E.isLeft(made)) throw folderFailure(made.left)
  const token = await readToken(options, output)
  const lock = await takeLock(folder.enrollmentLockFile)
  if (E.isLeft(lock)) throw lockFailure(lock.left, folder.path, 'Another enrolment')
  try {
    const earlier = await readEarlier(folder, output)
    const { known } = earlier
    if (known !== undefined) checkSameServer(known, token, folder.path)
    const settings = await withFreePort(settingsFrom(options, earlier), earlier, output)
    if (known === undefined) await checkInterfaceFree(settings.interfaceName)
    const record = await enrollWith(folder, token, options.server, settings, known)
    const agentPid = await lockHolder(folder.lockFile)
    report(record, folder, { known, agentPid }, output)
  } finally {
    lock.right.release()
  }
}

/** What an earlier enrolment left. */
interface Earlier {
  readonly known: EnrollmentRecord | undefined
  /** There was one, but its record can't be read. */
  readonly isDamaged: boolean
  readonly interfaceName: string | undefined
}

/** The keys say who a host is: with them it is the same host again, and a damaged record is written anew. */
async function readEarlier(folder: StateFolder, output: Output): Promise<Earlier> {
  const read = await folder.readEnrollment()
  if (E.isRight(read)) return { known: read.right, isDamaged: false, interfaceName: read.right?.interfaceName }
  if (read.left.code !== 'state-damaged') throw folderFailure(read.left)
  const { file, reason, interfaceName } = read.left
  const kept = interfaceName === undefined ? 'Its' : `Besides the interface ${interfaceName}, its`
  output.note(
    `${file} is damaged (${reason}): enrolling anew with the same keys. ${kept} options are forgotten: where this host was enrolled with --name, --interface, --listen-port, --endpoint, --exclude-prefix or --ca, give them again.`,
  )
  return { known: undefined, isDamaged: true, interfaceName }
}

async function enrollWith(
  folder: StateFolder,
  token: EnrollmentToken,
  server: URL,
  settings: Settings,
  known: EnrollmentRecord | undefined,
): Promise<EnrollmentRecord> {
  const { vault } = folder
  const keys = known === undefined ? await loadOrMakeHostKeys(vault, crypto) : await loadHostKeys(vault, crypto)
  if (E.isLeft(keys)) throw keysFailure(keys.left, folder.path)
  const driver = await composeDriver(settings.interfaceName, vault)
  if (E.isLeft(driver)) throw driverFailure(driver.left)
  const enrolled = await enrollHost({
    crypto,
    post: createPostJson(server, settings.serverCa),
    token,
    keys: keys.right,
    claims: await claimsOf(driver.right, settings),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  })
  await driver.right.close()
  if (E.isLeft(enrolled)) throw enrollFailure(enrolled.left, server.origin)
  const record = recordOf(server, settings, keys.right, enrolled.right)
  const written = await folder.writeEnrollment(record)
  if (E.isLeft(written)) throw folderFailure(written.left)
  return record
}

async function claimsOf(driver: HostDriver, settings: Settings): Promise<HostClaims> {
  const observed = await driver.observe()
  if (E.isLeft(observed)) throw driverFailure(observed.left)
  const { underlayAddresses } = observed.right
  const { name, listenPort, declaredEndpoints, excludedPrefixes } = settings
  // The driver leaves the own interface out, so before there is a config nothing of the mesh is among them.
  const rules = { listenPort, declaredEndpoints, excludedPrefixes, meshPrefixes: [], seenAt: [] }
  return {
    name,
    system: readHostSystem(agentVersion()),
    listenPort,
    mtuBytes: null,
    endpoints: ownEndpoints(underlayAddresses, rules),
    localPrefixes: ownPrefixes(underlayAddresses, rules),
    capabilities: supportedCapabilities(driver.capabilities),
  }
}

function recordOf(
  server: URL,
  settings: Settings,
  { wireguardKey, identityKey }: HostKeys,
  answer: Pick<EnrollmentRecord, 'meshId' | 'hostId' | 'serverIdentityKey' | 'epoch' | 'agentUrlPath'>,
): EnrollmentRecord {
  const { meshId, hostId, serverIdentityKey, epoch, agentUrlPath } = answer
  const joined = { meshId, hostId, serverIdentityKey, epoch, agentUrlPath }
  return { format: 1, serverUrl: server.href, ...joined, wireguardKey, identityKey, ...settings }
}

function settingsFrom(options: EnrollOptions, { known, interfaceName }: Earlier): Settings {
  if (interfaceName !== undefined && options.interface !== undefined && options.interface !== interfaceName) {
    throw usageFailure(
      `This host's interface is ${interfaceName}. To change it, take it down and begin anew: meshfold-agent down --state ${options.state} --purge`,
    )
  }
  const name = options.name ?? known?.name ?? defaultHostName()
  if (name === undefined) throw usageFailure("This machine's name can't be a host's. Give one: --name my-host")
  return {
    name,
    interfaceName: options.interface ?? interfaceName ?? 'wg0',
    listenPort: options.listenPort ?? known?.listenPort ?? 51_821,
    declaredEndpoints: options.endpoint ?? known?.declaredEndpoints ?? [],
    excludedPrefixes: options.excludePrefix ?? known?.excludedPrefixes ?? [],
    serverCa: options.ca === undefined ? (known?.serverCa ?? null) : readCa(options.ca),
  }
}

/** Asks for a port that this machine has to give, where no tunnel of this host uses it yet. */
async function withFreePort(settings: Settings, { known, isDamaged }: Earlier, output: Output): Promise<Settings> {
  const { listenPort } = settings
  const mayBeOurs = known !== undefined || isDamaged
  const free = mayBeOurs ? listenPort : await findFreePort(listenPort)
  if (free === undefined || free === listenPort) return settings
  output.note(`UDP port ${listenPort} is in use on this machine; ${free} is asked for instead.`)
  return { ...settings, listenPort: free }
}

/** Told before a token is used up for a host that couldn't work. */
async function checkInterfaceFree(interfaceName: string): Promise<void> {
  const claimed = await claimInterface(interfaceName)
  if (E.isLeft(claimed)) throw interfaceClaimedFailure(interfaceName)
  claimed.right.release()
}

/** Keys and addresses of a folder belong to one mesh: who else believed them would be somebody in between. */
function checkSameServer(known: EnrollmentRecord, token: EnrollmentToken, state: string): void {
  const pinned = serverFingerprint(crypto, identityKeyToBytes(known.serverIdentityKey))
  if (pinned === token.serverFingerprint) return
  throw new CliFailure(
    'enrolled-elsewhere',
    `This folder belongs to the mesh ${known.meshId} of ${known.serverUrl}, and the token is another server's. To be in both, use another folder and interface: --state <folder> --interface wg1 --listen-port <port>. To leave the old mesh: meshfold-agent down --state ${state} --purge`,
  )
}

function report(
  record: EnrollmentRecord,
  folder: StateFolder,
  { known, agentPid }: { readonly known: EnrollmentRecord | undefined; readonly agentPid: number | undefined },
  output: Output,
): void {
  const { hostId, meshId, name, serverUrl, interfaceName, wireguardKey } = record
  const value = {
    hostId,
    meshId,
    name,
    server: serverUrl,
    interface: interfaceName,
    wireguardKey,
    state: folder.path,
    wasEnrolled: known !== undefined,
  }
  const isAnotherHost = known !== undefined && known.hostId !== hostId
  output.result(value, enrolledText({ ...value, isAnotherHost }, agentPid))
}
