import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Profile, Verdict } from './battery-case.ts'
import type { Outcome } from './run-cases.ts'

/** What a row came to when it was last recorded. */
export interface RowResult {
  /** YYYY-MM-DD. Null for counts that were recorded before dates were. */
  date: string | null
  commit: string | null
  seed: number | null
  profile: Profile | null
  seconds: number | null
  n: Verdict['n']
  result: Verdict['result']
}

/** By the name of the row. */
export type Results = Record<string, RowResult>

export interface Recording {
  date: string
  commit: string
  seed: number
  profile: Profile
}

const FILE = join(import.meta.dirname, 'results.json')

export const readResults = (file = FILE): Results =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {}

/**
 * Writes the result of a row that passed, and keeps those of all others in `known`. It reads the file each time and replaces
 * it as a whole, so that an interrupted run keeps what it has.
 */
export function recordResult(
  { one, verdict, seconds }: Outcome,
  recording: Recording,
  known: ReadonlySet<string>,
  file = FILE,
): Results {
  const results = Object.fromEntries(Object.entries(readResults(file)).filter(([name]) => known.has(name)))
  if (typeof verdict !== 'string' && verdict.ok) {
    const { n, result } = verdict
    results[one.name] = { ...recording, seconds: Math.round(seconds), n, result }
  }
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(`${file}.new`, `${JSON.stringify(sorted, null, 2)}\n`)
  renameSync(`${file}.new`, file)
  return sorted
}

const DAY_MS = 24 * 3_600_000

/** Rows without a result, and with `maxDays` those whose result is older than that or has no date. */
export function missingResults(
  names: readonly string[],
  results: Results,
  { maxDays, now }: { maxDays?: number; now: Date },
): string[] {
  const isOld = (date: string | null) =>
    maxDays !== undefined && (date === null || now.getTime() - Date.parse(date) > maxDays * DAY_MS)
  return names.filter((name) => {
    const recorded = results[name]
    return !recorded || isOld(recorded.date)
  })
}
