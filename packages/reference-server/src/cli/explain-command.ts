import { Command, Option } from 'commander'
import { listenPort } from '../api/api-codecs.js'
import { explainAnswer } from '../api/explain-api.js'
import { contextOf, print } from './cli-context.js'
import { refused } from './cli-error.js'
import { type CliIo, linesText } from './cli-io.js'
import { examples } from './examples.js'
import { parseNumber, parsePast } from './parse-options.js'

interface ExplainOptions {
  readonly tcp?: number
  readonly udp?: number
  readonly icmp?: boolean
  readonly at?: string
  readonly exitCode?: boolean
}

export const explainCommand = (io: CliIo, nowEpochMs: () => number): Command =>
  examples(
    new Command('explain')
      .argument('<from>', 'name, name.network, id or address of a host, node or client; or an address beyond the mesh')
      .argument('<to>', 'the same of the other end')
      .description("why two can or can't talk: what policy says, and every hop there and back")
      .addOption(protocolOption('--tcp <port>', 'a connection to this port', ['udp', 'icmp']))
      .addOption(protocolOption('--udp <port>', 'a packet to this port', ['tcp', 'icmp']))
      .addOption(new Option('--icmp', 'a ping (default)').conflicts(['tcp', 'udp']))
      .option('--at <when>', 'a revision, a date, or 30m, 24h, 7d ago (default: now)', parsePast(nowEpochMs))
      .option('--exit-code', 'end with 1 when it does not work; without this an answer ends with 0, whatever it is')
      .action(async (from: string, to: string, options: ExplainOptions, command: Command) => {
        const context = await contextOf(io, command)
        const query = { from, to, ...trafficOf(options), at: options.at }
        const answer = await context.client.call({ path: '/explain', query, answer: explainAnswer })
        print(context, answer, ({ description }) => linesText(description))
        if (options.exitCode === true && !answer.works)
          throw refused('does-not-work', 'Not all of it works: exit code 1, as --exit-code asks.')
      }),
    [
      'meshfold explain alpha beta',
      'meshfold explain alpha.office beta.office --tcp 443',
      'meshfold explain phone 192.168.1.20 --udp 53 --json',
      'meshfold explain alpha beta --at 24h',
      'meshfold explain alpha beta --tcp 443 --exit-code > answer.txt && echo fine',
    ],
  )

const protocolOption = (flags: string, description: string, others: string[]): Option =>
  new Option(flags, description).argParser(parseNumber(listenPort)).conflicts(others)

const trafficOf = ({ tcp, udp }: ExplainOptions): Readonly<Record<string, string | number>> => {
  if (tcp !== undefined) return { protocol: 'tcp', port: tcp }
  return udp === undefined ? { protocol: 'icmp' } : { protocol: 'udp', port: udp }
}
