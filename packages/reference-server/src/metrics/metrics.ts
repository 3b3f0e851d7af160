import type { MeshEvent, ServerMessage } from '@meshfold/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the server counts and measures, for Prometheus. Names of hosts, keys and the like are not in it. */
export interface Metrics {
  readonly appended: (append: { readonly commands: number; readonly events: number; readonly seconds: number }) => void
  readonly answered: (answer: { readonly route: string; readonly status: number; readonly seconds: number }) => void
  readonly sent: (type: ServerMessage['type'], length: number) => void
  readonly enrolled: (outcome: string) => void
  readonly observed: (outcome: 'taken' | 'refused', count: number) => void
  /** Events that observations led to, on this server. */
  readonly reacted: (events: readonly MeshEvent[]) => void
  readonly contentType: string
  readonly text: () => Promise<string>
}

/** What is read when somebody asks for the metrics. */
export interface MetricSources {
  readonly revision: () => number
  readonly epoch: () => number
  readonly agents: () => number
  readonly hosts: () => number
  readonly nodes: () => number
  /** Pairs that use a relay because they can't connect. */
  readonly relayedPairs: () => number
  /** Gateways by what this server holds of them. */
  readonly gateways: () => Readonly<Record<GatewayStanding, number>>
}

/** `unknown`: nobody has said anything of it for a minute. */
export type GatewayStanding = 'healthy' | 'unhealthy' | 'unknown'

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export const createMetrics = (sources: MetricSources, options: { readonly process: boolean }): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  if (options.process) collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('meshfold_mesh_revision', 'Revision of the newest event', sources.revision)
  gauge('meshfold_mesh_epoch', 'Epoch of the mesh', sources.epoch)
  gauge('meshfold_agents_connected', 'Agents connected to this server', sources.agents)
  gauge('meshfold_hosts', 'Hosts of the mesh', sources.hosts)
  gauge('meshfold_nodes', 'Nodes of the mesh', sources.nodes)
  gauge('meshfold_auto_relayed_pairs', 'Pairs that use a relay because they can not connect', sources.relayedPairs)
  new Gauge({
    name: 'meshfold_gateways',
    help: 'Gateways by what their users say of them, on this server',
    labelNames: ['health'],
    registers,
    collect() {
      for (const [health, count] of Object.entries(sources.gateways())) this.set({ health }, count)
    },
  })
  const observations = new Counter({
    name: 'meshfold_observations_total',
    help: 'Observations of agents by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  const reactions = new Counter({
    name: 'meshfold_reaction_events_total',
    help: 'Events that observations led to here: gateways changed, pairs relayed, moved and released',
    labelNames: ['type'],
    registers,
  })
  const appends = new Histogram({
    name: 'meshfold_event_log_append_seconds',
    help: 'Time of an append to the event log',
    buckets: SECONDS,
    registers,
  })
  const events = new Counter({ name: 'meshfold_events_appended_total', help: 'Events appended here', registers })
  const commands = new Counter({ name: 'meshfold_commands_committed_total', help: 'Commands with events', registers })
  const answers = new Histogram({
    name: 'meshfold_http_request_seconds',
    help: 'Time of an HTTP answer',
    labelNames: ['route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const labelNames = ['type'] as const
  const messages = new Counter({
    name: 'meshfold_agent_messages_total',
    help: 'Messages to agents',
    labelNames,
    registers,
  })
  const characters = new Counter({
    name: 'meshfold_agent_message_characters_total',
    help: 'Length of messages to agents',
    labelNames,
    registers,
  })
  const enrollments = new Counter({
    name: 'meshfold_enrollment_proofs_total',
    help: 'Enrolment proofs by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  return {
    appended: (append) => {
      appends.observe(append.seconds)
      events.inc(append.events)
      commands.inc(append.commands)
    },
    answered: ({ route, status, seconds }) => answers.observe({ route, status: String(status) }, seconds),
    sent: (type, length) => {
      messages.inc({ type })
      characters.inc({ type }, length)
    },
    enrolled: (outcome) => enrollments.inc({ outcome }),
    observed: (outcome, count) => observations.inc({ outcome }, count),
    reacted: (events) => {
      for (const { type } of events) reactions.inc({ type })
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
