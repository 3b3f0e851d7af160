interface Enrolled {
  readonly name: string
  readonly meshId: string
  readonly hostId: string
  /** The state folder. */
  readonly state: string
  readonly wasEnrolled: boolean
}

/** What came of an enrolment, and what to do next. `agentPid`: of the agent that runs with that folder already. */
export function enrolledText({ name, meshId, hostId, state, wasEnrolled }: Enrolled, agentPid: number | undefined) {
  const done = wasEnrolled
    ? `${name} is a host of mesh ${meshId} already, as ${hostId}`
    : `${name} joined mesh ${meshId} as host ${hostId}`
  const next =
    agentPid === undefined
      ? `Start its agent: meshfold-agent run --state ${state}`
      : `Its agent (process ${agentPid}) goes on. After other options than before, start it anew.`
  return `${done}.\n${next}`
}
