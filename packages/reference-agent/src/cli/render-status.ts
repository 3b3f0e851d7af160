import { everyDomain, type NamesReport } from '@meshfold/core'
import type { HopStatus, MeasuredStatus, PathsStatus, PeerStatus } from '../agent/agent-status.js'
import { describeOneReverted, formatAsOf } from '../agent/describe-status.js'
import type { HostStatus } from './host-status.js'

/** Status for a terminal. */
export function renderStatus(status: HostStatus): string {
  const { name, host, config, peers, paths, differences } = status
  const lines = [
    `${name}  host ${host.hostId} of mesh ${host.meshId}`,
    `agent      ${status.running ? `runs (process ${String(status.pid)})` : 'does not run; this is from disk'}`,
    `server     ${status.serverUrl}, ${serverWords(status)}`,
    `config     received ${formatAsOf(config.received)}, applied ${formatAsOf(config.applied)}`,
    `interface  ${interfaceWords(status)}`,
  ]
  if (host.nextWireguardKey !== null)
    lines.push(`next key   ${host.nextWireguardKey}: in effect once the server has been told`)
  if (status.names !== null) lines.push(...namesLines(status.names))
  if (paths !== null && paths.outside.state !== 'not-asked') lines.push(`outside    ${outsideWords(paths.outside)}`)
  for (const section of config.reverted)
    lines.push(`reverted   ${describeOneReverted(section)}; once more: meshfold-agent retry`)
  for (const text of config.lacking) lines.push(`lacking    ${text}`)
  if (config.failure !== null) lines.push(`problem    ${config.failure}`)
  if (config.notSaved !== null) lines.push(`not saved  ${config.notSaved}`)
  if (status.server.reportRefused !== null) lines.push(`refused    ${status.server.reportRefused}`)
  if (differences.length > 0) lines.push('differs', ...differences.map((text) => `  ${text}`))
  lines.push('', peers.length === 0 ? 'no peers' : peerTable(peers))
  if (paths?.mayBeOffline === true)
    lines.push('', 'none of these answers, nor does the server: as if this host were offline, it stays with them')
  if (paths !== null && paths.measured.length > 0) lines.push('', measuredTable(paths.measured))
  if (paths !== null && paths.hops.length > 0) lines.push('', hopTable(paths.hops))
  return lines.join('\n')
}

function serverWords({ server, running }: HostStatus): string {
  if (server.connected) return 'connected'
  const why = server.lastEnd === null ? '' : ` (${server.lastEnd})`
  return running ? `not connected${why}` : 'not connected'
}

function outsideWords({ state, endpoints }: PathsStatus['outside']): string {
  switch (state) {
    case 'not-asked':
      return 'a public address of its own'
    case 'asking':
      return 'peers are being asked where they see this host'
    case 'seen':
      return `others see this host at ${endpoints.join(' and ')}`
    case 'differs':
      return 'each peer sees this host at another port; others behind NATs are reached through a gateway alone'
    case 'nobody-answers':
      return 'no peer answers; perhaps this network lets no UDP out'
  }
}

function interfaceWords({ interface: found, interfaceName }: HostStatus): string {
  if (found === null) return `${interfaceName} is not there`
  const { name, implementation, listenPort, mtuBytes, isUp, addresses, controlAddresses } = found
  const mesh = addresses.filter((address) => !controlAddresses.includes(address))
  const state = isUp ? 'up' : 'down'
  return `${name} (${implementation}), ${state}, port ${listenPort}, MTU ${mtuBytes}, ${mesh.join(' ') || 'no mesh address'}; control ${controlAddresses.join(' ') || 'none'}`
}

/** Which names are known, whom the host asks about others, and what of that can't be. */
function namesLines({ known, leftToOthers, resolver, asked, notAsked }: NamesReport): readonly string[] {
  const words = asked.map(({ servers, domains }) => `${servers.join(' ')} about ${domainWords(domains)}`)
  const others = leftToOthers.length === 0 ? '' : `; left to others' lines: ${leftToOthers.join(' ')}`
  return [
    `names      ${known} in /etc/hosts${others}`,
    ...(words.length === 0 ? [] : [`resolver   ${resolver} asks ${words.join(', ')}`]),
    ...notAsked.map(
      ({ resolver: { servers, domains }, reason }) =>
        `not asked  ${servers.join(' ')} about ${domainWords(domains)}: ${reason}`,
    ),
  ]
}

const domainWords = (domains: readonly string[]): string =>
  domains.includes(everyDomain) ? 'everything' : domains.join(' ')

function peerTable(peers: readonly PeerStatus[]): string {
  const rows = peers.map((peer) => [
    peer.name,
    peer.endpoint ?? '-',
    ageWords(peer.handshakeAgeSeconds),
    bytes(peer.receivedBytes),
    bytes(peer.sentBytes),
    peer.allowedIps.join(' '),
  ])
  return tableOf([['peer', 'endpoint', 'handshake', 'received', 'sent', 'addresses'], ...rows])
}

function measuredTable(measured: readonly MeasuredStatus[]): string {
  const rows = measured.map(({ name, state, roundTripMs, lossPercent }) => [
    name,
    state === 'no-agent' ? 'up, no agent' : state,
    roundTripMs === null ? '-' : `${roundTripMs} ms`,
    `${lossPercent} %`,
  ])
  return tableOf([['measured', 'state', 'round trip', 'lost'], ...rows])
}

const hopTable = (hops: readonly HopStatus[]): string =>
  tableOf([
    ['path', 'kind', 'via'],
    ...hops.map(({ path, name, kind, via }) => [name ?? path, kind, via ?? 'no way now']),
  ])

function tableOf(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const ageWords = (seconds: number | null): string => {
  if (seconds === null) return 'never'
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`
}
