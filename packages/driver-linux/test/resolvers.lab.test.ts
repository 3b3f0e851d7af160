/** Whom a host asks for names, with each program that resolves them: the real ones, and real questions. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeDrift, type HostDriver, ipAddress, type WantedResolver } from '@meshfold/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  findResolver,
  type Host,
  type HostResolver,
  Lab,
  leaveOut,
  makeResolver,
  startDnsServer,
} from '../../lab/src/index.js'
import { createCommandRunner } from '../src/command-runner.js'
import { rewriteTextFile } from '../src/names/text-file.js'
import { openDriver } from './support/lab-driver.js'
import { converge, type TunnelEnd, twoHosts } from './support/two-hosts.js'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

const [ownAnswer, meshAnswer] = ['10.0.0.1', '10.0.0.2']
const meshServer = ipAddress('10.66.0.2')
const everything: WantedResolver = { servers: [meshServer], domains: ['.'], isInMesh: true }
const office: WantedResolver = { servers: [meshServer], domains: ['office.example'], isInMesh: true }

/** Names are asked for once each: nobody answers from memory. */
let count = 0
const ask = async (host: Host, domain: string): Promise<string> => {
  count += 1
  const { stdout } = await host.trySh(`getent ahostsv4 n${count}.${domain}`)
  return stdout.split(/\s/)[0] ?? ''
}

/** A host with a tunnel to a name server, and a server of its own that it asks otherwise. */
async function makeHost(kind: HostResolver) {
  const found = kind === 'file' ? { available: true as const, folder: '/nonexistent' } : findResolver(kind)
  if (!found.available) return found.reason
  const [alpha, beta] = await twoHosts(lab)
  const [site] = await lab.publicHosts(['site'])
  const own = lab.inet.uplink(site).address.ipv4
  const theirs = await startDnsServer(site, own, ownAnswer)
  await startDnsServer(beta.host, meshServer, meshAnswer)
  const tools = await makeResolver(alpha.host, kind, found.folder, own)
  const path = `${tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  const prefix = ['nsenter', ...alpha.host.enterArguments]
  const commandRunner = createCommandRunner({ prefix, path })
  const driver = await openDriver(alpha.host, alpha.keys, { commandRunner })
  const bring = (...resolvers: readonly WantedResolver[]) => bringTo(driver, alpha, resolvers)
  return { alpha, driver, theirs, tools, bring, own, host: alpha.host }
}

async function bringTo(driver: HostDriver, { desired }: TunnelEnd, resolvers: readonly WantedResolver[]) {
  const wanted = { ...desired, names: { lines: [], resolvers } }
  const { executed, observed } = await converge(driver, wanted)
  expect(describeDrift(observed, wanted)).toEqual([])
  const { means, elsewhere } = observed.names
  return { executed: executed.map(({ kind }) => kind), means, elsewhere }
}

/** What somebody does who takes it away again, and what the host is like otherwise. */
const disturbances: Readonly<Record<HostResolver, (tools: string) => string>> = {
  file: () => "sed -i 's/^#meshfold mesh0#//' /etc/resolv.conf",
  openresolv: (tools) => `${tools}/resolvconf -d tun.meshfold-mesh0.0`,
  resolvconf: (tools) => `${tools}/resolvconf -d tun.meshfold-mesh0.0`,
  'systemd-resolved': (tools) => `${tools}/resolvectl revert mesh0`,
}
const stateOf = (host: Host, kind: HostResolver, tools: string) =>
  host.sh(
    kind === 'systemd-resolved'
      ? `${tools}/resolvectl dns; ${tools}/resolvectl domain; readlink /etc/resolv.conf`
      : 'readlink /etc/resolv.conf; mkdir -p /run/resolvconf; od -An -c /etc/resolv.conf; find /run/resolvconf -type f | sort',
  )

const kinds = ['file', 'openresolv', 'resolvconf', 'systemd-resolved'] as const

describe.each(kinds)('%s', (kind) => {
  test('everything is asked through the mesh, and nothing elsewhere, until it is taken back', async ({ skip }) => {
    const made = await makeHost(kind)
    if (typeof made === 'string') return leaveOut(skip, { lack: 'resolvers', reason: made })
    const { host, theirs, tools, bring, own } = made
    expect(await ask(host, 'example')).toBe(ownAnswer)
    const before = await stateOf(host, kind, tools)
    expect((await bring()).elsewhere).toEqual([own])
    expect(await stateOf(host, kind, tools)).toBe(before)
    expect(await bring(everything)).toMatchObject({ executed: ['set-resolvers'], elsewhere: [own] })
    expect((await bring(everything)).executed).toEqual([])
    const asked = theirs.asked().length
    expect(await ask(host, 'example')).toBe(meshAnswer)
    expect(await ask(host, 'office.example')).toBe(meshAnswer)
    expect(theirs.asked()).toHaveLength(asked)
    await host.sh(disturbances[kind](tools))
    expect((await bring(everything)).executed).toEqual(['set-resolvers'])
    expect(await ask(host, 'example')).toBe(meshAnswer)
    await bring()
    expect(await ask(host, 'example')).toBe(ownAnswer)
    expect(await stateOf(host, kind, tools)).toBe(before)
  })

  test('about a domain only those are asked that can tell domains apart; all else is asked as before', async ({
    skip,
  }) => {
    const made = await makeHost(kind)
    if (typeof made === 'string') return leaveOut(skip, { lack: 'resolvers', reason: made })
    const { host, bring } = made
    const { means } = await bring(office)
    expect(await ask(host, 'example')).toBe(ownAnswer)
    expect(await ask(host, 'office.example')).toBe(means.can === 'one-list' ? meshAnswer : ownAnswer)
    expect(means.can).toBe(kind === 'systemd-resolved' ? 'one-list' : 'everything')
  })

  test('with the interface away, nothing of it stays', async ({ skip }) => {
    const made = await makeHost(kind)
    if (typeof made === 'string') return leaveOut(skip, { lack: 'resolvers', reason: made })
    const { host, driver, bring, tools } = made
    const before = await stateOf(host, kind, tools)
    await bring(everything)
    await converge(driver, undefined)
    expect(await ask(host, 'example')).toBe(ownAnswer)
    expect((await stateOf(host, kind, tools)).replaceAll(/.*mesh0.*\n/g, '')).toBe(
      before.replaceAll(/.*mesh0.*\n/g, ''),
    )
  })
})

test('a file that is a mount, as in containers, is written in place and is the same again after', async () => {
  const root = mkdtempSync(join(tmpdir(), 'meshfold-mount-'))
  const [hosts, mounted] = [join(root, 'hosts'), join(root, 'mounted')]
  for (const file of [hosts, mounted]) writeFileSync(file, '192.0.2.7 theirs\n')
  execFileSync('mount', ['--bind', mounted, hosts])
  const put = (rewrite: (text: string | undefined) => string) =>
    rewriteTextFile({ rootFolder: root, interfaceName: 'mesh0' }, '/hosts', 'test', rewrite)
  expect(await put((text) => `${text}10.66.0.2 ours\n`)).toMatchObject({ _tag: 'Right' })
  expect(readFileSync(mounted, 'utf8')).toBe('192.0.2.7 theirs\n10.66.0.2 ours\n')
  await put((text) => (text ?? '').replace(/^.*ours\n/m, ''))
  expect(readFileSync(mounted, 'utf8')).toBe('192.0.2.7 theirs\n')
  expect(readdirSync(root).sort()).toEqual(['hosts', 'mounted'])
  execFileSync('umount', [hosts])
  rmSync(root, { recursive: true })
})
