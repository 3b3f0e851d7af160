import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createServerPlaces } from './server-places.js'

const fileIn = async () => join(await mkdtemp(join(tmpdir(), 'meshfold-places-')), 'server-addresses.json')
const at = (address: string, port: number) => ({ protocol: 'tcp', address, port })

test.each([
  ['https://192.0.2.7/', at('192.0.2.7', 443)],
  ['http://[2001:db8::7]:7400/', at('2001:db8::7', 7400)],
  ['http://192.0.2.7', at('192.0.2.7', 80)],
])('%s is where its address says, without asking anybody', async (url, flow) => {
  const resolve = async () => expect.unreachable()
  const places = createServerPlaces({ serverUrl: new URL(url), file: await fileIn(), resolve })
  expect([await places.known(), await places.look()]).toEqual([[flow], [flow]])
})

test('a name is looked up; what was found stays known when it is not found any more, and by another process', async () => {
  const file = await fileIn()
  let answers: readonly string[] | undefined = ['192.0.2.7', '2001:db8::7']
  const resolve = async () => answers ?? Promise.reject(new Error('no such name'))
  const open = () => createServerPlaces({ serverUrl: new URL('https://mesh.example.com:8443'), file, resolve })
  expect(await open().known()).toEqual([])
  const both = [at('192.0.2.7', 8443), at('2001:db8::7', 8443)]
  expect(await open().look()).toEqual(both)
  answers = undefined
  expect(await open().look()).toEqual(both)
  expect(await open().known()).toEqual(both)
  answers = ['192.0.2.8']
  expect(await open().look()).toEqual([at('192.0.2.8', 8443), ...both])
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(['192.0.2.8', '192.0.2.7', '2001:db8::7'])
})

test('a damaged file is written anew', async () => {
  const file = await fileIn()
  await writeFile(file, '["nonsense"')
  const resolve = async () => ['192.0.2.7']
  const places = createServerPlaces({ serverUrl: new URL('https://mesh.example.com'), file, resolve })
  expect(await places.known()).toEqual([])
  await places.look()
  expect(await places.known()).toEqual([at('192.0.2.7', 443)])
})
