import { parseArgs } from 'node:util'
import { tourHosts } from './tour-step.js'

export interface DemoOptions {
  readonly hosts: number
  readonly port: number
  /** Exit after the ping matrix. */
  readonly once: boolean
  /** Shows step by step what the mesh can be made to do. */
  readonly tour: boolean
  /** One JSON object on stdout instead of text. */
  readonly json: boolean
  /** Hosts inside this process, no namespaces. */
  readonly simulated: boolean
  /** A folder that stays; without it a temporary one. */
  readonly data: string | undefined
  /** Leaves the temporary data folder there. */
  readonly keep: boolean
  readonly help: boolean
}

export const demoUsage = `Brings up a real encrypted mesh on this machine: a Meshfold server and hosts with an agent each, every one of
them in network namespaces of its own, and a ping between every two.

  npm run demo -- [options]

  --hosts N      how many hosts, 2 to 40 (5)
  --once         end after the pings; the exit code says whether all were answered
  --tour         then show step by step what the mesh can be made to do: gateways, a relayed host, a network behind a
                 host, a phone, a question, and a gateway that dies; wants 5 hosts or more, and no --simulated
  --json         print one JSON object: { "hosts", "pairs", "reachable", "timings", "tour" }; without --once the mesh then
                 stays up, and what to try next is on standard error
  --port N       where the server's API answers on 127.0.0.1 (7400, or the next that is free)
  --data DIR     keep database, keys and logs in DIR; started again with it, the same mesh comes back
  --keep         do not remove the temporary data folder at the end
  --simulated    hosts inside one process instead of namespaces: needs no rights, sends no packets, so there are no
                 handshakes and no round trips in the result
  --help

Exit codes: 0 all pings answered and every step of the tour as told, or ended by Ctrl-C afterwards; 1 not all, or it failed; 2 wrong options;
69 not possible on this machine; 130 ended by Ctrl-C before it was up. After a Ctrl-C npm itself reports 130.
`

/** Options that make no sense. The message is for the user. */
export class WrongOptions extends Error {}

/** Whether data is there after a demo that went well. */
export const isKept = ({ data, keep }: Pick<DemoOptions, 'data' | 'keep'>): boolean => keep || data !== undefined

/** @throws WrongOptions */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const values = parse(args)
  const hosts = numberBetween('--hosts', values.hosts, 2, 40)
  if (values.tour) checkTour(hosts, values.simulated)
  return {
    hosts,
    port: numberBetween('--port', values.port, 1, 65_515),
    once: values.once,
    tour: values.tour,
    json: values.json,
    simulated: values.simulated,
    data: values.data,
    keep: values.keep,
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        hosts: { type: 'string', default: '5' },
        port: { type: 'string', default: '7400' },
        once: { type: 'boolean', default: false },
        tour: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        simulated: { type: 'boolean', default: false },
        data: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error))
  }
}

function checkTour(hosts: number, isSimulated: boolean): void {
  if (isSimulated) throw new WrongOptions('--tour shows real packets: it goes without --simulated.')
  if (hosts < tourHosts) throw new WrongOptions(`--tour takes ${tourHosts} hosts or more, not ${hosts}.`)
}

function numberBetween(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new WrongOptions(`${name} takes a number from ${least} to ${most}, not "${text}".`)
}
