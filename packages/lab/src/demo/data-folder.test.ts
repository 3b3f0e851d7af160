import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeDataFolder } from './data-folder.js'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a temporary folder goes, unless it is to stay', () => {
  const gone = takeDataFolder(undefined)
  gone.release(false)
  expect(existsSync(gone.path)).toBe(false)
  const kept = takeDataFolder(undefined)
  onTestFinished(() => rmSync(kept.path, { recursive: true }))
  kept.release(true)
  expect(readdirSync(kept.path)).toEqual([])
})

test('a folder of the user stays, without our mark', () => {
  const folder = join(scratch(), 'deep', 'data')
  const data = takeDataFolder(folder)
  expect(readdirSync(folder)).toEqual(['demo.pid'])
  data.release(false)
  expect(readdirSync(folder)).toEqual([])
})

test('one demo at a time; one that died does not count', () => {
  const folder = scratch()
  const namespace = readlinkSync('/proc/self/ns/pid')
  writeFileSync(join(folder, 'demo.pid'), `${process.ppid} ${namespace}`)
  expect(() => takeDataFolder(folder)).toThrow(/Another demo \(process \d+\)/)
  writeFileSync(join(folder, 'demo.pid'), '4194303 pid:[1]')
  expect(() => takeDataFolder(folder)).toThrow(/Another demo/)
  writeFileSync(join(folder, 'demo.pid'), `4194303 ${namespace}`)
  takeDataFolder(folder).release(false)
})

test('the leftover of a demo that was killed is removed by the next', () => {
  const killed = takeDataFolder(undefined)
  writeFileSync(join(killed.path, 'demo.pid'), `4194303 ${readlinkSync('/proc/self/ns/pid')}`)
  const next = takeDataFolder(undefined)
  expect(existsSync(killed.path)).toBe(false)
  next.release(false)
})

test('folders that cannot serve are refused before anything is made', () => {
  expect(() => takeDataFolder('/run/meshfold-lab-test')).toThrow(/lies in \/run/)
  expect(existsSync('/run/meshfold-lab-test')).toBe(false)
  expect(() => takeDataFolder(join(scratch(), 'x'.repeat(90)))).toThrow(/too long/)
  expect(() => takeDataFolder('/proc/nothing')).toThrow(/can't be made/)
  expect(() => takeDataFolder('/proc')).toThrow(/Nothing can be written there/)
  const link = join(scratch(), 'link')
  symlinkSync('/run', link)
  expect(() => takeDataFolder(link)).toThrow(/lies in \/run/)
})
