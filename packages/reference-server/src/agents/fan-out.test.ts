import {
  changedFragments,
  epochMs,
  evolveAll,
  type HostId,
  hostId,
  largeMapKeys,
  type MeshEvent,
  type MeshState,
  replay,
  udpEndpoint,
} from '@meshfold/core'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
} from '@meshfold/core/testing'
import { describe, expect, it } from 'vitest'
import type { MeshStep } from '../mesh-service/mesh-history.js'
import { silentLog } from '../server-log.js'
import { FanOut, type Viewer } from './fan-out.js'

class FakeViewer implements Viewer {
  readonly texts: string[] = []
  readonly closed: string[] = []
  constructor(
    private readonly from: number,
    private readonly onPatch: () => void = () => {},
  ) {}
  awaits(since: { readonly revision: number }): boolean {
    return since.revision >= this.from
  }
  sendPatch(_asOf: unknown, text: string): void {
    this.texts.push(text)
    this.onPatch()
  }
  close(_code: unknown, detail: string): void {
    this.closed.push(detail)
  }
}

const start = (): MeshState => {
  const commands = [sampleCreateMesh(), sampleCreateNetwork(1)]
  const joins = Array.from({ length: 3 }, (_, i) => [sampleRegisterHost(i + 1), sampleJoinNetwork(1, i + 1)]).flat()
  return replay(eventsOf(...commands, ...joins))
}

const stepFrom = (before: MeshState, events: readonly MeshEvent[]): MeshStep => {
  const after = evolveAll(before, events)
  return { before, after, events, changes: changedFragments(before, after, events) }
}

const moved = (state: MeshState, id: HostId, port: number): MeshStep =>
  stepFrom(state, [
    {
      type: 'HostEndpointsChanged',
      atEpochMs: epochMs(2_000_000_000_000),
      hostId: id,
      listenPort: port,
      endpoints: [{ endpoint: udpEndpoint(`203.0.113.200:${port}`), origin: 'local' }],
      localPrefixes: [],
    },
  ])

describe('the fan-out', () => {
  it('sends the same text to viewers that get the same changes', async () => {
    const before = start()
    const [first = hostId('none'), ...others] = [...largeMapKeys(before.hosts)].sort()
    const viewers = new Map([first, ...others].map((id) => [id, new FakeViewer(before.revision)] as const))
    const fanOut = new FanOut(viewers, { epoch: 1, revision: before.revision }, silentLog)
    const step = moved(before, first, 4000)
    fanOut.add(step)
    await expect.poll(() => fanOut.done).toEqual(step.changes.asOf)
    const texts = others.map((id) => viewers.get(id)?.texts)
    expect(texts[0]).toEqual(texts[1])
  })

  it('takes steps in order, and leaves out those that a session has already', async () => {
    const before = start()
    const [first = hostId('none'), second = hostId('none')] = [...largeMapKeys(before.hosts)].sort()
    const one = moved(before, first, 4000)
    const two = moved(one.after, first, 4001)
    const old = new FakeViewer(before.revision)
    const viewers = new Map<HostId, Viewer>([[second, old]])
    const fanOut = new FanOut(viewers, { epoch: 1, revision: before.revision }, silentLog)
    fanOut.add(one)
    // It resumed at the newest state while the first step was still being sent.
    const newer = new FakeViewer(two.after.revision)
    fanOut.add(two)
    viewers.set(first, newer)
    await expect.poll(() => fanOut.done).toEqual(two.changes.asOf)
    expect(newer.texts).toEqual([])
    expect(old.texts.map((text) => /203\.0\.113\.200:(\d+)/.exec(text)?.[1])).toEqual(['4000', '4001'])
  })

  it('goes on with the others when one can not be served', async () => {
    const before = start()
    const [first = hostId('none'), ...others] = [...largeMapKeys(before.hosts)].sort()
    const broken = new FakeViewer(before.revision, () => {
      throw new Error('poison')
    })
    const fine = new FakeViewer(before.revision)
    const viewers = new Map<HostId, Viewer>(others.map((id, i) => [id, i === 0 ? broken : fine]))
    const fanOut = new FanOut(viewers, { epoch: 1, revision: before.revision }, silentLog)
    fanOut.add(moved(before, first, 4000))
    await expect.poll(() => fine.texts.length + broken.closed.length).toBe(2)
  })
})
