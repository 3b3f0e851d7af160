/** Names of the mesh on real hosts: looked up as programs do, kept right, and gone without a trace. */

import { Mesh, type MeshMember } from '../mesh/mesh.js'
import type { Host } from '../net/host.js'
import { ping } from '../net/ping.js'
import { waitUntil } from '../wait-until.js'
import { addNetwork, command, nodeOf, putInto } from './mesh-commands.js'
import type { Scenario, Stage } from './scenario.js'
import { hostNamed } from './server-view.js'

/** What a host's own people have in its hosts file: odd spaces, a name of theirs, and a last line without an end. */
const ownLines = '127.0.0.1\tlocalhost\n10.9.8.7   Printer # of the office\n\n192.0.2.77 h3'

export const names: Scenario = {
  name: 'names',
  summary:
    'hosts know each other by name, short and in full; nothing of their own names is touched, and all is as before after',
  rows: ['G8'],
  async play(stage) {
    const mesh = await Mesh.open(stage.lab, { hostNames: [], progress: stage.tell })
    const hosts = await stage.lab.publicHosts(['h1', 'h2', 'h3'])
    const [first] = hosts
    await first.sh(
      `printf '${ownLines.replaceAll('\n', '\\n')}' > /etc/hosts && chmod 0640 /etc/hosts && chgrp 7 /etc/hosts; true`,
    )
    const before = await Promise.all(hosts.map(hostsFile))
    await mesh.admit(hosts)
    await mesh.waitForTunnels()
    await areKnown(stage, mesh)
    await keepTheirOwn(stage, mesh)
    await follow(stage, mesh)
    await arePutRight(stage, mesh)
    await inTwoNetworks(stage, mesh)
    await areGone(stage, mesh, before)
  },
}

/** Bytes, mode and owner. */
const hostsFile = (host: Host): Promise<string> => host.sh('stat -c "%a %u %g" /etc/hosts; od -An -c /etc/hosts')

/** As programs look names up: the C library, in the way of `getaddrinfo`. */
const lookUp = async (host: Host, name: string): Promise<readonly string[]> => {
  const { stdout } = await host.trySh(`getent ahosts ${name}`)
  return [...new Set(stdout.split('\n').flatMap((line) => line.split(/\s+/)[0] ?? []))].filter((each) => each !== '')
}

/** Waits until a name has these addresses and no others; what it has, at the end. */
const hasAddresses = async (host: Host, name: string, wanted: readonly string[]): Promise<readonly string[] | true> => {
  const isSo = async () => [...(await lookUp(host, name))].sort().join() === [...wanted].sort().join() || undefined
  return waitUntil(`${host.name} knows ${name}`, isSo, { limitMs: 20_000 }).catch(() => lookUp(host, name))
}

async function checkName(stage: Stage, what: string, { host }: MeshMember, name: string, wanted: readonly string[]) {
  const found = await hasAddresses(host, name, wanted)
  stage.check(what, found === true, found === true ? `${name} is ${wanted.join(' and ')}` : `${name}: ${found.join()}`)
}

const addressesOf = async (mesh: Mesh, member: MeshMember): Promise<readonly string[]> => [
  await mesh.address(member, 'ipv4'),
  await mesh.address(member, 'ipv6'),
]

async function areKnown(stage: Stage, mesh: Mesh): Promise<void> {
  const [first, second, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  const two = await addressesOf(mesh, second)
  await checkName(stage, 'a host is known in full', first, 'h2.demo.mesh.internal', two)
  await checkName(stage, 'and by its own name', first, 'h2', two)
  await checkName(stage, 'a host is known to itself in full', second, 'h2.demo.mesh.internal', two)
  await checkName(stage, 'and at home as before', second, 'h2', ['127.0.1.1'])
  const [, node] = await Promise.all([ping(third.host, 'h2'), lookUpByNode(third.host, 'h2.demo.mesh.internal')])
  stage.check('it is reached by its name', (await ping(third.host, 'h2')) !== undefined)
  stage.check('Node finds it too', two.includes(node), node)
  stage.check('nobody else has a name', (await lookUp(first.host, 'h4.demo.mesh.internal')).length === 0)
}

const lookUpByNode = async (host: Host, name: string): Promise<string> => {
  const program = "require('node:dns').lookup(process.argv[1], (error, address) => console.log(error?.code ?? address))"
  return (await host.run(process.execPath, ['-e', program, name])).stdout.trim()
}

/** The first host's people have a name for another machine that a host of the mesh has as well. */
async function keepTheirOwn(stage: Stage, mesh: Mesh): Promise<void> {
  const [first, third] = [mesh.member(0), mesh.member(2)]
  await checkName(stage, 'a name that somebody else gave an address is theirs', first, 'h3', ['192.0.2.77'])
  const three = await addressesOf(mesh, third)
  await checkName(stage, 'and the host is known in full', first, 'h3.demo.mesh.internal', three)
  await checkName(stage, 'elsewhere by its own name too', mesh.member(1), 'h3', three)
}

/** A record comes; a host leaves and comes back under another name. */
async function follow(stage: Stage, mesh: Mesh): Promise<void> {
  const [first, second] = [mesh.member(0), mesh.member(1)]
  const record = { name: 'wiki.example', addresses: ['10.20.0.7'] }
  await command(mesh, { type: 'AddDnsRecord', networkId: mesh.networkId, ...record })
  await checkName(stage, 'a record is known', first, 'wiki.example', record.addresses)
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, second) })
  await checkName(stage, 'who has left has no name any more', first, 'h2.demo.mesh.internal', [])
  stage.check('nor a short one', (await lookUp(first.host, 'h2')).length === 0)
  // What it has now is not what it will have when it is back.
  const hasLeft = () =>
    addressesOf(mesh, second).then(
      () => undefined,
      () => true,
    )
  await waitUntil('h2 has left', hasLeft)
  const { hostId } = await hostNamed(mesh.server, second.name)
  const startedAt = performance.now()
  await command(mesh, { type: 'JoinNetwork', networkId: mesh.networkId, hostId, name: 'database', ...noTerms })
  const two = await waitUntil('h2 is there again', () => addressesOf(mesh, second).catch(() => undefined))
  await checkName(stage, 'back under another name, it is known by that', first, 'database', two)
  stage.metric('renamed-ms', Math.round(performance.now() - startedAt))
  await checkName(stage, 'and in full', first, 'database.demo.mesh.internal', two)
  stage.check('and not by its old one', (await lookUp(first.host, 'h2')).length === 0)
}

const noTerms = { address4: null, address6: null, ephemeral: false, expiresAtEpochMs: null }

/** Somebody edits the block, and others put lines of theirs around it. */
async function arePutRight(stage: Stage, mesh: Mesh): Promise<void> {
  const [first, second, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  const theirs = '10.1.1.1 theirs'
  await third.host.sh(
    `sed -i 's/^10\\.66\\.0\\.[0-9]* database/10.66.0.99 database/' /etc/hosts && echo '${theirs}' >> /etc/hosts`,
  )
  const startedAt = performance.now()
  await checkName(stage, 'an edited line is put right', third, 'database', await addressesOf(mesh, second))
  stage.metric('put-right-ms', Math.round(performance.now() - startedAt))
  await checkName(stage, 'a line of others stays', third, 'theirs', ['10.1.1.1'])
  await third.host.sh(`sed -i '/^${theirs}$/d' /etc/hosts`)
  await first.agent.kill()
  await checkName(stage, 'without the agent the names stay', first, 'database', await addressesOf(mesh, second))
}

/** The second and the third come into another network as well; the first, whose agent was killed, comes back. */
async function inTwoNetworks(stage: Stage, mesh: Mesh): Promise<void> {
  const [first, second, third] = [mesh.member(0), mesh.member(1), mesh.member(2)]
  const other = { name: 'other', range4: '10.67.0.0/24', range6: null }
  const networkId = await addNetwork(mesh, other)
  for (const member of [second, third]) await putInto(mesh, networkId, member)
  const address = await waitUntil('h3 is in the other network', async () =>
    (await mesh.tunnel(third)).ipv4.find((each) => each.startsWith('10.67.')),
  )
  await checkName(stage, 'a host in two networks has a full name in each', second, 'h3.other.mesh.internal', [address])
  await checkName(stage, 'and by its own name it is that of the first', second, 'h3', await addressesOf(mesh, third))
  first.agent.start()
  await command(mesh, { type: 'RemoveNode', nodeId: await nodeOf(mesh, third) })
  await checkName(stage, 'who has left a network has no name there', first, 'h3.demo.mesh.internal', [])
  await checkName(stage, 'and keeps the one in the other', second, 'h3', [address])
}

async function areGone(stage: Stage, mesh: Mesh, before: readonly string[]): Promise<void> {
  const last = mesh.member(2)
  for (const { agent } of mesh.members.slice(0, 2)) {
    await agent.stop()
    await agent.down()
  }
  await last.agent.kill()
  await last.agent.down()
  for (const [at, { name, host }] of mesh.members.entries()) {
    const after = await hostsFile(host)
    stage.check(
      `${name}: its hosts file is what it was, to the byte`,
      after === before[at],
      after === before[at] ? '' : after,
    )
  }
}
