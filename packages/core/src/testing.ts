export {
  type EventLogCapabilities,
  type EventLogConformanceOptions,
  type EventLogUnderTest,
  eventLogConformance,
} from './testing/event-log-conformance.js'
export { createInMemoryEventLog } from './testing/in-memory-event-log.js'
