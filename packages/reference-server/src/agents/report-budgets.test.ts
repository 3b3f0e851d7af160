import { hostId } from '@meshfold/core'
import { expect, test } from 'vitest'
import { ReportBudgets } from './report-budgets.js'

const host = hostId('host-1')

/** How many reports are recorded of a host that has another one each second. */
function recorded(budgets: ReportBudgets, fromMs: number, seconds: number): number {
  let count = 0
  for (let nowMs = fromMs; nowMs < fromMs + seconds * 1000; nowMs += 1000) {
    if (budgets.waitMs(host, nowMs) > 0) continue
    budgets.take(host, nowMs)
    count += 1
  }
  return count
}

test('a host may report five times at once, then every two seconds', () => {
  const budgets = new ReportBudgets()
  expect(recorded(budgets, 0, 5)).toBe(5)
  const next = recorded(budgets, 5000, 60)
  expect(next).toBeGreaterThanOrEqual(30)
  expect(next).toBeLessThanOrEqual(33)
})

test('one that goes on for long is recorded once a minute, and at once after it was calm', () => {
  const budgets = new ReportBudgets()
  recorded(budgets, 0, 300)
  expect(recorded(budgets, 300_000, 3600)).toBeLessThanOrEqual(61)
  const afterCalmMs = 8_000_000
  budgets.letGo(afterCalmMs)
  expect(recorded(budgets, afterCalmMs, 5)).toBe(5)
})

test('one host costs no other anything', () => {
  const budgets = new ReportBudgets()
  recorded(budgets, 0, 300)
  expect(budgets.waitMs(hostId('host-2'), 300_000)).toBe(0)
})
