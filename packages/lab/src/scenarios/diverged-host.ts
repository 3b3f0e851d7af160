/** Hosts on probation (A10): whether a change was confirmed or taken back, and what is shown of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mesh, MeshMember } from '../mesh/mesh.js'
import { waitUntil } from '../wait-until.js'
import type { Stage } from './scenario.js'
import { hostNamed } from './server-view.js'

/** Shorter than the thirty seconds of everyday life: what is tried is the same. */
const windowSeconds = 10

/** For agents that judge a change so early. */
export const windowed = { runOptions: ['--confirm-window', String(windowSeconds)] } as const

/** Whatever was changed before has been judged by then, also where others have to be asked about the server. */
export const judgedMs = (windowSeconds + 8) * 1000

/** How long a judgement is waited for. */
export const patience = { limitMs: (windowSeconds + 20) * 1000 } as const

type Agent = MeshMember['agent']

interface Status {
  readonly server: { readonly connected: boolean }
  readonly config: { readonly reverted: readonly { readonly section: string; readonly proof: string }[] }
}

const statusOf = async (agent: Agent): Promise<Status> => (await agent.status()) as Status

export const isConnected = async (agent: Agent): Promise<boolean> => (await statusOf(agent)).server.connected

export const revertedOf = async (agent: Agent): Promise<readonly string[]> =>
  (await statusOf(agent)).config.reverted.map(({ section }) => section)

/** What became of the server since each section was taken back. */
export const proofsOf = async (agent: Agent): Promise<readonly string[]> =>
  (await statusOf(agent)).config.reverted.map(({ proof }) => proof)

export const hasRoute = async ({ host, agent }: MeshMember, prefix: string): Promise<true | undefined> =>
  (await host.sh(`ip route show dev ${agent.interfaceName}`)).includes(prefix) || undefined

/** Waits until the host has taken a section back; `metric`: the name of how long that took. */
export async function isReverted(
  stage: Stage,
  { name, agent }: MeshMember,
  { section, metric }: { readonly section: string; readonly metric: string },
): Promise<void> {
  const startedAt = performance.now()
  const sections = await waitUntil(
    `${name} takes it back`,
    async () => {
      const reverted = await revertedOf(agent)
      return reverted.includes(section) ? reverted : undefined
    },
    patience,
  ).catch(() => [])
  const passedMs = Math.round(performance.now() - startedAt)
  stage.metric(metric, passedMs)
  stage.check(`${name} takes it back by itself`, sections.length > 0, `${sections.join()} after ${passedMs} ms`)
}

/** Waits until the server says that the host is there, and otherwise than it should be. */
export async function isShownDiverged(stage: Stage, mesh: Mesh, member: MeshMember): Promise<void> {
  const shown = await isShownAs(mesh, member, 'reverted')
  stage.check('it is connected again, and the server shows it as diverged', shown)
}

/** Waits until the server says so of a host that is there. */
export const isShownAs = (mesh: Mesh, { name }: MeshMember, outcome: 'applied' | 'reverted'): Promise<boolean> =>
  waitUntil(
    `the server hears of ${name}`,
    async () => {
      const { presence } = (await hostNamed(mesh.server, name)) as { presence: { online: boolean; outcome?: string } }
      return (presence.online && presence.outcome === outcome) || undefined
    },
    patience,
  ).catch(() => false)

/** What is in effect has proved itself: otherwise there would be nothing to go back to. */
export const isConfirmed = ({ name, agent }: MeshMember): Promise<true> =>
  waitUntil(
    `${name} has confirmed its config`,
    async () => {
      const text = await readFile(join(agent.stateFolder, 'probation.json'), 'utf8').catch(() => '{}')
      const { confirmed, pending } = JSON.parse(text) as { confirmed?: object | null; pending?: object | null }
      return (confirmed && pending === null) || undefined
    },
    patience,
  )
