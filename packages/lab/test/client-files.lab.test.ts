/** Files that core makes for clients, read by the program that most devices read them with. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { leaveOut } from '../src/left-out.js'
import { findTool, toolPath } from '../src/tool-path.js'

const sandboxExec = fileURLToPath(new URL('../dist/sandbox-exec.js', import.meta.url))
const folder = fileURLToPath(new URL('../../core/fixtures/client-files/', import.meta.url))
const wgQuick = findTool('wg-quick')

/** What `wg-quick` reads itself; the rest it hands to `wg`. */
const ownKeys = /^(Address|MTU|DNS|PostUp|PostDown) = /

describe('B5 wg-quick takes the file of a client as it is', () => {
  test.for(readdirSync(folder))('%s', (name, { skip }) => {
    if (wgQuick === undefined)
      return leaveOut(skip, { lack: 'wg-quick', reason: 'there is no wg-quick (apt-get install wireguard-tools)' })
    const file = `${folder}${name}/client.conf`
    // It wants to be root, which it is inside.
    const command = [sandboxExec, wgQuick, 'strip', file]
    const stripped = execFileSync(process.execPath, command, {
      encoding: 'utf8',
      env: { PATH: toolPath() },
      stdio: 'pipe',
    })
    const handedOn = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !ownKeys.test(line))
    expect(stripped.trimEnd()).toBe(handedOn.join('\n').trimEnd())
  })
})
