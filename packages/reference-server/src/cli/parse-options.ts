import { InvalidArgumentError } from 'commander'
import type * as t from 'io-ts'

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A moment from `90s`, `30m`, `24h`, `7d` from now on, or from a date such as 2031-01-31T12:00Z; `never`: null. */
export const parseMoment =
  (nowEpochMs: () => number) =>
  (text: string): number | null => {
    if (text === 'never') return null
    const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
    if (count !== undefined && unit !== undefined)
      return nowEpochMs() + Number(count) * UNITS[unit as keyof typeof UNITS]
    const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(date))
      throw new InvalidArgumentError('Give 30m, 24h, 7d, a date such as 2031-01-31T12:00Z, or never.')
    return date
  }

/** A place in history as the API takes it, from a revision, from `30m`, `24h`, `7d` ago, or from a date, of this machine's time zone unless it says another. */
export const parsePast =
  (nowEpochMs: () => number) =>
  (text: string): string => {
    if (/^\d{1,15}$/.test(text)) return text
    const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
    const ago = count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS]
    const date = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN)
    const moment = ago === undefined ? date : new Date(Math.max(0, nowEpochMs() - ago))
    if (!Number.isNaN(moment.getTime())) return moment.toISOString()
    throw new InvalidArgumentError(
      'Give a revision such as 120, a date such as 2031-01-31T12:00Z, or 30m, 24h, 7d ago.',
    )
  }

/** A whole number. */
export const parseWhole = (text: string): number => {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number.')
}

/** A number that the codec takes. `or`: what else the option takes. */
export const parseNumber =
  (codec: t.Type<number, number, unknown>, or = '') =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (codec.is(value)) return value
    throw new InvalidArgumentError(`Give ${or}${codec.name}.`)
  }

/** A text that the codec takes. */
export const parseText =
  (codec: t.Type<string, string, unknown>) =>
  (text: string): string => {
    if (codec.is(text)) return text
    throw new InvalidArgumentError(`Give ${codec.name}.`)
  }

/** For options that may be given more than once. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
