import { Command } from 'commander'
import { maxUses } from '../api/api-codecs.js'
import {
  createdEnrollmentKeyAnswer,
  type EnrollmentKeyView,
  enrollmentKeyAnswer,
  enrollmentKeysAnswer,
} from '../api/enrollment-key-api.js'
import type { ApiClient } from './api-client.js'
import { change, dryRunOption } from './change.js'
import { contextOf, print } from './cli-context.js'
import { byName, type CliIo, table, timeText } from './cli-io.js'
import { examples } from './examples.js'
import { findKeyId, findNetworkId, findNodeId } from './find-by-name.js'
import { collect, parseMoment, parseNumber } from './parse-options.js'

export const keyCommands = (io: CliIo, nowEpochMs: () => number): Command => {
  const key = new Command('key').description('enrolment keys, with which machines join')
  key
    .command('list')
    .description('list the keys; their tokens are not kept and not shown')
    .action(async (_options, command: Command) => {
      const context = await contextOf(io, command)
      const answer = await context.client.call({ path: '/enrollment-keys', answer: enrollmentKeysAnswer })
      print(context, answer, ({ enrollmentKeys }) =>
        enrollmentKeys.length === 0
          ? 'No keys yet. Create one: meshfold key create first --network office --uses 5\n'
          : table(['NAME', 'STATUS', 'USES', 'EXPIRES', 'ID'], byName(enrollmentKeys).map(row)),
      )
    })
  key.addCommand(createKey(io, nowEpochMs))
  key
    .command('revoke <key>')
    .description('let nobody join with a key any more; hosts that did stay')
    .addOption(dryRunOption())
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/enrollment-keys/${await findKeyId(context.client, nameOrId)}/revoke`
      const call = { method: 'POST', path, answer: enrollmentKeyAnswer } as const
      await change(context, call, ({ enrollmentKey }) => `Nobody joins with ${enrollmentKey.name} any more.\n`)
    })
  return examples(key, [
    'meshfold key create laptops --network office --uses 5 --expires 24h',
    'meshfold key create branch --network office --gateway gw-1 --tag branch',
    'meshfold key create builders --network ci --ephemeral --pre-approved --json',
    'meshfold key revoke laptops',
  ])
}

interface CreateOptions {
  readonly network: readonly string[]
  readonly uses?: number
  readonly expires?: number | null
  readonly ephemeral?: boolean
  readonly preApproved?: boolean
  readonly gateway?: string
  readonly tag?: readonly string[]
}

const createKey = (io: CliIo, nowEpochMs: () => number): Command =>
  new Command('create')
    .argument('<name>', 'for people')
    .description('create a key; its token is shown this once')
    .requiredOption('--network <network>', 'name or id of a network to join; may be given again', collect)
    .option('--uses <count>', 'how many machines may join; any number by default', parseNumber(maxUses))
    .option('--expires <moment>', 'such as 24h, 7d or a date; never by default', parseMoment(nowEpochMs))
    .option('--ephemeral', 'its nodes are removed some time after they went away')
    .option('--pre-approved', 'no administrator has to approve its nodes')
    .option('--gateway <node>', 'its nodes are relayed by this gateway; "auto": by whichever is best for them')
    .option('--tag <tag>', 'for its nodes; may be given again', collect)
    .addOption(dryRunOption())
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const context = await contextOf(io, command)
      const { client } = context
      const networkIds = await Promise.all(options.network.map((nameOrId) => findNetworkId(client, nameOrId)))
      const gateway = options.gateway === undefined ? null : await gatewayOf(client, options.gateway)
      const body = {
        name,
        networkIds,
        maxUses: options.uses ?? null,
        expiresAtEpochMs: options.expires ?? null,
        ephemeral: options.ephemeral ?? false,
        preApproved: options.preApproved ?? false,
        gateway,
        tags: options.tag ?? [],
      }
      const call = {
        method: 'POST',
        path: '/enrollment-keys',
        body,
        answer: createdEnrollmentKeyAnswer,
      } as const
      await change(context, call, ({ token, serverUrl }) => shownOnce(token, serverUrl ?? client.target.url))
    })

const gatewayOf = async (client: ApiClient, nameOrAuto: string): Promise<{ mode: string; nodeId?: string }> =>
  nameOrAuto === 'auto' ? { mode: 'auto' } : { mode: 'manual', nodeId: await findNodeId(client, nameOrAuto) }

const shownOnce = (token: string, serverUrl: string): string =>
  `The token, shown this once:\n\n  ${token}\n\nOn the machine that joins:\n\n  meshfold-agent enroll --server ${serverUrl} --token-file FILE\n`

const row = (key: EnrollmentKeyView): readonly string[] => [
  key.name,
  key.status,
  key.maxUses === null ? String(key.uses) : `${key.uses}/${key.maxUses}`,
  key.expiresAtEpochMs === null ? 'never' : timeText(key.expiresAtEpochMs),
  key.keyId,
]
