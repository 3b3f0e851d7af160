import { expect, test } from 'vitest'
import { compareFootprints, type Footprint, takeFootprint } from './footprint.js'

const clean: Footprint = {
  interfaces: '1: lo',
  addresses: '',
  routes: 'default via 169.254.1.1',
  rules: '0: from all lookup local',
  'packet filter': '',
  'kernel switches': '',
  'WireGuard sockets': '',
  'files in /run': '/run/machine-etc',
  'own files in /etc': './hosts root root 644',
  'names in /etc': 'hosts',
  processes: '',
}

test('the same is no difference', () => {
  expect(compareFootprints(clean, { ...clean })).toEqual([])
})

test('what came and what went, by kind', () => {
  const after = { ...clean, rules: `${clean.rules}\n100: from all lookup 51820`, routes: '' }
  expect(compareFootprints(clean, after)).toEqual([
    'routes: -default via 169.254.1.1; +',
    'rules: +100: from all lookup 51820',
  ])
})

const answering = (stdout: string, { stderr = '', code = 0 } = {}) => ({
  name: 'h1',
  trySh: async () => ({ code, stdout, stderr }),
})

test('while an address of its own has no route yet, nothing is compared', async () => {
  await expect(takeFootprint(answering('something', { code: 1 }))).rejects.toThrow('h1: an address of it is not in use')
})

test('what can never be empty and is could not be looked at', async () => {
  await expect(takeFootprint(answering(''))).rejects.toThrow("h1: interfaces can't be looked at.")
})

test('nor what has nothing but a complaint', async () => {
  const host = {
    name: 'h1',
    trySh: async (command: string) =>
      command.startsWith('nft')
        ? { code: 127, stdout: '', stderr: 'nft: not found' }
        : { code: 0, stdout: 'something', stderr: '' },
  }
  await expect(takeFootprint(host)).rejects.toThrow("h1: packet filter can't be looked at. nft: not found")
  await expect(takeFootprint(answering('something'))).resolves.toMatchObject({ rules: 'something' })
})
