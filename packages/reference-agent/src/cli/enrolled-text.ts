interface Enrolled {
  readonly name: string
  readonly meshId: string
  readonly hostId: string
  /** The state folder. */
  readonly state: string
  readonly wasEnrolled: boolean
  /** It was another one before: the server didn't know that one any more. */
  readonly isAnotherHost: boolean
}

/** What came of an enrolment, and what to do next. `agentPid`: of the agent that runs with that folder already. */
export function enrolledText(
  { name, meshId, hostId, state, wasEnrolled, isAnotherHost }: Enrolled,
  agentPid: number | undefined,
) {
  const done =
    wasEnrolled && !isAnotherHost
      ? `${name} is a host of mesh ${meshId} already, as ${hostId}`
      : `${name} joined mesh ${meshId} as host ${hostId}`
  const next = nextStep(agentPid, isAnotherHost, state)
  return `${done}.\n${next}`
}

function nextStep(agentPid: number | undefined, isAnotherHost: boolean, state: string): string {
  if (agentPid === undefined) return `Start its agent: meshfold-agent run --state ${state}`
  return isAnotherHost
    ? `Its agent (process ${agentPid}) still goes by what the host was before: start it anew.`
    : `Its agent (process ${agentPid}) goes on. After other options than before, start it anew.`
}
