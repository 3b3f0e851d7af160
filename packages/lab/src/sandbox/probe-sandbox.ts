import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findTool, toolPath } from '../tool-path.js'
import {
  judgeSandbox,
  requiredTools,
  type SandboxFacts,
  type SandboxProbe,
  type SandboxTrial,
} from './judge-sandbox.js'
import { sandboxProbeCommand } from './sandbox-command.js'

/** Whether the lab can run here. Tries a sandbox for some 20 ms and leaves nothing behind; may be called again. */
export function probeSandbox(): SandboxProbe {
  const missingTools = process.platform === 'linux' ? Object.keys(requiredTools).filter((tool) => !findTool(tool)) : []
  const trial = process.platform === 'linux' && missingTools.length === 0 ? trySandbox() : undefined
  return judgeSandbox({ ...gatherFacts(), missingTools, ...(trial && { trial }) })
}

function gatherFacts(): Omit<SandboxFacts, 'missingTools' | 'trial'> {
  return {
    platform: process.platform,
    isRoot: process.geteuid?.() === 0,
    hasWireguardGo: findTool('wireguard-go') !== undefined,
    maxUserNamespaces: numberIn('/proc/sys/user/max_user_namespaces'),
    apparmorRestricts: flagIn('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    unprivilegedClone: flagIn('/proc/sys/kernel/unprivileged_userns_clone'),
  }
}

/** With a user namespace if at all possible: then nothing inside has a right over the machine. */
function trySandbox(): SandboxTrial {
  const trial = trySandboxOnce(true)
  if (trial.abilities.has('sandbox-works') || process.geteuid?.() !== 0) return trial
  return trySandboxOnce(false)
}

function trySandboxOnce(userNamespace: boolean): SandboxTrial {
  const [program, ...args] = sandboxProbeCommand(userNamespace)
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 10_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, PATH: toolPath() },
  })
  return {
    userNamespace,
    abilities: new Set((done.stdout ?? '').split('\n')),
    errorText: `${done.stderr ?? ''}${done.error ? `\n${done.error.message}` : ''}`,
  }
}

function numberIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function flagIn(file: string): boolean | undefined {
  const value = numberIn(file)
  return value === undefined ? undefined : value !== 0
}
