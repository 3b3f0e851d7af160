import { expect, test } from 'vitest'
import { type DemoReport, renderReport, reportAsJson } from './demo-report.js'

const host = (name: string, number: number) => ({
  name,
  addresses: [`10.66.0.${number}`, `fd66::${number}`],
  endpoint: `198.51.100.${number}:51820`,
  handshakes: 1,
  newestHandshakeSeconds: 2,
  pid: 7,
})
const report: DemoReport = {
  hosts: [host('h1', 1), host('h2', 2)],
  pairs: [
    { from: 'h1', to: 'h2', reached: true, roundTripMs: 0.53 },
    { from: 'h2', to: 'h1', reached: false, roundTripMs: null },
  ],
  timings: { server: 1, enrolment: 2, mesh: 3, pings: 4, total: 1_234 },
  tour: [],
}

test('as text: every pair in its place, also one without an answer', () => {
  const text = renderReport(report)
  expect(text).toContain('1 of 2 pings answered, 1.2 s after the start.')
  expect(text).toMatch(/h1 +· +0\.5\n +h2 +none +·/)
  expect(text).toMatch(/h2 +10\.66\.0\.2 {2}fd66::2 +198\.51\.100\.2:51820 +1 of 1, newest 2 s ago/)
})

test('as JSON: one object with what scripts ask for', () => {
  expect(JSON.parse(reportAsJson(report, false))).toMatchObject({
    hosts: [{ name: 'h1', addresses: ['10.66.0.1', 'fd66::1'] }, { name: 'h2' }],
    pairs: 2,
    reachable: 1,
    timings: { total: 1_234 },
  })
})

test('many hosts: only whether', () => {
  const hosts = Array.from({ length: 13 }, (_, index) => host(`h${index + 1}`, index + 1))
  expect(renderReport({ ...report, hosts })).toContain('Answered (+) or not (-):')
})
