import { expect, test } from 'vitest'
import { chainName, type EmptyChain, markChains, ownChains } from './iptables-words.js'

const empty: readonly EmptyChain[] = ['was_off', 'svm_off', 'tfa_off']
const names = [...[...ownChains, ...markChains].map(({ name }) => name), ...empty]

test('no chain of an interface is one of another interface, whatever they are called', () => {
  const alike = names.flatMap((name) => names.filter((other) => name.endsWith(`_${other}`)))
  expect(alike).toEqual([])
})

test('names of chains fit into the 28 characters that iptables has for them', () => {
  for (const name of names) expect(chainName('fifteen-letters', name).length).toBeLessThanOrEqual(28)
})
