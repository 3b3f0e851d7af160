import type { DnsCommand } from '../../../mesh/commands/areas/dns-commands.js'
import { largeMapKeys } from '../../../mesh/large-map.js'
import {
  type DnsRecordId,
  dnsRecordId,
  type IpAddress,
  ipAddress,
  type ResolverId,
  resolverId,
} from '../../../values/index.js'
import { type CommandContext, someNetwork, someOf } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'

const someRecord = ({ draw, state }: CommandContext): DnsRecordId =>
  someOf(draw, largeMapKeys(state.dnsRecords), dnsRecordId('none'))
const someResolver = ({ draw, state }: CommandContext): ResolverId =>
  someOf(draw, largeMapKeys(state.resolvers), resolverId('none'))

/** Of machines outside, and such as nodes and clients of random meshes get. */
const someName = ({ draw }: CommandContext): string =>
  draw.pick([
    'printer.lan',
    'alpha.office-1.mesh.internal',
    'beta.office-2.mesh.internal',
    'alpha.office-1.example.net',
    'alpha-2.office-1.mesh.internal',
  ])

const someAddresses = ({ draw }: CommandContext): readonly IpAddress[] =>
  draw
    .pick([['192.168.1.9'], ['fd20::9', '192.168.1.10', '192.168.1.9'], ['192.168.1.9', '192.168.1.9']])
    .map(ipAddress)

const someDomains = ({ draw }: CommandContext): readonly string[] =>
  draw.pick([['lan'], ['corp.example.net', 'example.net'], ['example.org', 'example.org']])

const isThere = {
  network: ({ networks }: CommandContext['state']) => networks.size > 0,
  record: ({ dnsRecords }: CommandContext['state']) => dnsRecords.size > 0,
  resolver: ({ resolvers }: CommandContext['state']) => resolvers.size > 0,
}

export const randomDnsCommands: CommandMakers<DnsCommand> = {
  makers: {
    AddDnsRecord: (context) => ({
      type: 'AddDnsRecord',
      atEpochMs: context.atEpochMs,
      dnsRecordId: context.draw.oneIn(12) ? someRecord(context) : dnsRecordId(`record-${context.serial}`),
      networkId: someNetwork(context),
      name: someName(context),
      addresses: someAddresses(context),
    }),
    RemoveDnsRecord: (context) => ({
      type: 'RemoveDnsRecord',
      atEpochMs: context.atEpochMs,
      dnsRecordId: someRecord(context),
    }),
    AddResolver: (context) => ({
      type: 'AddResolver',
      atEpochMs: context.atEpochMs,
      resolverId: context.draw.oneIn(12) ? someResolver(context) : resolverId(`resolver-${context.serial}`),
      networkId: someNetwork(context),
      name: context.draw.oneIn(6) ? 'Head office' : `Resolver ${context.serial}`,
      servers: someAddresses(context),
      matchDomains: someDomains(context),
    }),
    UpdateResolver: (context) => ({
      type: 'UpdateResolver',
      atEpochMs: context.atEpochMs,
      resolverId: someResolver(context),
      ...(context.draw.oneIn(3) ? { name: 'Head office' } : {}),
      ...(context.draw.oneIn(2) ? { servers: someAddresses(context) } : {}),
      ...(context.draw.oneIn(2) ? { matchDomains: someDomains(context) } : {}),
    }),
    RemoveResolver: (context) => ({
      type: 'RemoveResolver',
      atEpochMs: context.atEpochMs,
      resolverId: someResolver(context),
    }),
  },
  weights: {
    AddDnsRecord: [3, isThere.network],
    RemoveDnsRecord: [1, isThere.record],
    AddResolver: [2, isThere.network],
    UpdateResolver: [1, isThere.resolver],
    RemoveResolver: [1, isThere.resolver],
  },
}
