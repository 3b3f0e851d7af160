import { expect, test } from 'vitest'
import { type Answer, hostAnswering } from '../../test/support/answering-host.js'
import { ipsetPrefix } from '../render/iptables-words.js'
import { chooseFirewall } from './choose-backend.js'

const own = { table: { family: 'inet', name: 'meshfold_mesh0_bypass' } }
const absent: Answer = { exitCode: 1, stderr: 'not found' }

const chosenWhere = async (answers: Readonly<Record<string, Answer>>): Promise<string> => {
  const { host } = hostAnswering(answers)
  return (await chooseFirewall({ ...host, hasNft: true }, 'automatic')).kind
}

/** Both kinds of iptables are there. */
const programs = { 'iptables -V': { stdout: 'iptables v1.8.9 (nf_tables)' } }
const chain = (table: string, name: string): Answer => ({ stdout: `*${table}\n:${name} - [0:0]\nCOMMIT\n` })
const rulesOfOthers: Answer = { stdout: '*filter\n:INPUT DROP [0:0]\nCOMMIT\n' }

test.each<readonly [string, Readonly<Record<string, Answer>>, string]>([
  ['nothing is there', {}, 'nftables'],
  ['somebody else has rules in the old tables', { 'iptables-legacy-save': rulesOfOthers }, 'iptables'],
  [
    'we left marks alone in nftables, beside those rules',
    {
      'iptables-legacy-save': rulesOfOthers,
      'list table inet meshfold_mesh0_bypass': { stdout: JSON.stringify({ nftables: [own] }) },
    },
    'nftables',
  ],
  ['we left marks alone in iptables', { 'iptables-save': chain('mangle', 'mf_mesh0_mark_in') }, 'iptables'],
  [
    'we left marks alone in the old tables',
    { 'iptables-legacy-save': chain('mangle', 'mf_mesh0_mark_back') },
    'iptables',
  ],
  ['we left a chain of IPv6 alone', { 'ip6tables-save': chain('nat', 'mf_mesh0_nat') }, 'iptables'],
  ['we left word of a switch alone', { 'iptables-save': chain('mangle', 'mf_mesh0_svm_off') }, 'iptables'],
  ['we left a set alone', { 'ipset list': { stdout: `${ipsetPrefix('mesh0')}am1_4\n` } }, 'iptables'],
  ['another interface of ours has a set', { 'ipset list': { stdout: `${ipsetPrefix('mesh1')}am1_4\n` } }, 'nftables'],
  ['another interface of ours is there', { 'iptables-save': chain('mangle', 'mf_mesh1_mark_in') }, 'nftables'],
  ['there is no ipset', { 'ipset list': absent, 'iptables-save': chain('nat', 'mf_mesh0_nat') }, 'nftables'],
])('where %s', async (_, answers, kind) => {
  expect(await chosenWhere({ ...programs, ...answers })).toBe(kind)
})
