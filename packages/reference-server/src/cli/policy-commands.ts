/** Who may talk to whom. */
import { Command } from 'commander'
import { type PolicyTestsAnswer, policyTestsAnswer } from '../api/policy-test-api.js'
import { contextOf, print } from './cli-context.js'
import { refused } from './cli-error.js'
import { byName, type CliIo, table } from './cli-io.js'
import { examples } from './examples.js'
import { findNetworkId } from './find-by-name.js'

export const policyCommands = (io: CliIo): Command => {
  const policy = new Command('policy').description('who may talk to whom')
  policy
    .command('tests')
    .argument('<network>', 'name or id')
    .description('whether what must be so of the policies is so now; ends with 1 when a test is broken')
    .action(async (network: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/networks/${await findNetworkId(context.client, network)}/policy-tests`
      const answer = await context.client.call({ path, answer: policyTestsAnswer })
      print(context, answer, testsTable)
      const broken = answer.tests.filter(({ verdict }) => verdict === 'broken')
      if (broken.length > 0) throw refused('policy-tests-broken', brokenText(broken))
    })
  return examples(policy, [
    'meshfold policy tests office',
    `meshfold command AddPolicyTest --network-id office --name "web is open" --from '{"kind":"node","nodeId":"alpha"}' --to '{"kind":"node","nodeId":"web"}' --protocol tcp --port 443 --expect allow`,
  ])
}

const testsTable = ({ tests }: PolicyTestsAnswer): string =>
  tests.length === 0
    ? 'No tests yet. Add one: meshfold command AddPolicyTest --help\n'
    : table(['NAME', 'VERDICT', 'EXPECTS', 'ID'], byName(tests).map(row))

const row = ({ name, verdict, expect, protocol, port, policyTestId }: PolicyTestsAnswer['tests'][number]) => [
  name,
  verdict,
  `${expect} ${protocol}${port === null ? '' : ` ${port}`}`,
  policyTestId,
]

const brokenText = (broken: PolicyTestsAnswer['tests']): string =>
  broken
    .map(({ name, expect }) => `"${name}" is broken: it is not ${expect === 'allow' ? 'allowed' : 'denied'}.`)
    .join(' ')
