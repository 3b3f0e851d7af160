/** `run --on-active-router`: a program of the operator's that hears which router a network should send its answers to. */
import { execFile } from 'node:child_process'
import type { AgentLog } from '../agent/agent-log.js'
import type { OnRouterRole, RouterRole } from '../agent/router-roles.js'

/** A program that hangs would keep all that follows waiting. */
const LIMIT_MS = 10_000

/**
 * Runs the program for each role, one after the other: `<program> active|standby <egress id> <range>…`. An egress's newest role is what
 * it hears last.
 */
export function tellProgram(program: string, log: AgentLog): OnRouterRole {
  let last: Promise<void> = Promise.resolve()
  return (role) => {
    last = last.then(() => runFor(program, role, log))
  }
}

const runFor = (program: string, { egressId, role, ranges }: RouterRole, log: AgentLog): Promise<void> =>
  new Promise((resolve) => {
    execFile(program, [role, egressId, ...ranges], { timeout: LIMIT_MS, killSignal: 'SIGKILL' }, (error) => {
      const facts = { program, role, egressId }
      if (error === null) log.info(facts, 'the program was told which router is active')
      else
        log.error({ ...facts, reason: error.message }, 'the program that is to be told which router is active failed')
      resolve()
    })
  })
