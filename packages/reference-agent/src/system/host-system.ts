import { readFileSync } from 'node:fs'
import { arch, hostname, platform, release } from 'node:os'
import { type HostName, type HostSystem, parseHostName } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

const OS_NAMES: Readonly<Record<string, HostSystem['os']>> = { linux: 'linux', win32: 'windows', darwin: 'macos' }

/** What this machine says of itself. */
export function readHostSystem(agentVersion: string): HostSystem {
  return {
    os: OS_NAMES[platform()] ?? 'other',
    osVersion: printable(osVersion(), 100),
    arch: printable(arch(), 30),
    agentVersion: printable(agentVersion, 50),
  }
}

/** A host name made from the machine's own; `undefined` where nothing of it can be used. */
export function defaultHostName(machineName: string = hostname()): HostName | undefined {
  const label = (machineName.split('.')[0] ?? '').toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  const name = parseHostName(label.replace(/^-+|-+$/g, '').slice(0, 63))
  return E.isRight(name) ? name.right : undefined
}

/** As os-release(5) names the distribution, or the kernel where nothing does. */
function osVersion(): string {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      const name = /^PRETTY_NAME=(?:"([^"]*)"|'([^']*)'|(.*))$/m.exec(readFileSync(file, 'utf8'))
      const text = name?.[1] ?? name?.[2] ?? name?.[3]
      if (text !== undefined && text !== '') return text
    } catch {
      // The next place.
    }
  }
  return release()
}

const printable = (text: string, length: number): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, length)
