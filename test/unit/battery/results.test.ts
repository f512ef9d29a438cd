import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { BatteryCase, Verdict } from '../../battery/battery-case.ts'
import { CASES } from '../../battery/cases.ts'
import { batteryPage } from '../../battery/page.ts'
import { missingResults, type Recording, readResults, recordResult } from '../../battery/results.ts'

const MAX_DAYS = 30
const RECORDING: Recording = { date: '2026-12-01', commit: '1a2b3c4', seed: 7, profile: 'ci' }

const outcomeOf = (name: string, verdict: Verdict | string) => {
  const one: BatteryCase = { name, fault: 'a fault', invariant: 'it holds', run: async () => verdict }
  return { one, verdict, seconds: 2.4 }
}

describe('`recordResult`', () => {
  const inFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'daily-papers-results-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    return join(folder, 'results.json')
  }
  const known = new Set(['b', 'a'])

  test('writes each row at once and keeps those of others', () => {
    const file = inFolder()
    recordResult(outcomeOf('b', { ok: true, n: '1 email', result: 'lost 0' }), RECORDING, known, file)
    expect(readResults(file)).toEqual({ b: { ...RECORDING, seconds: 2, n: '1 email', result: 'lost 0' } })
    recordResult(outcomeOf('a', { ok: true, n: '2 emails', result: 'lost 0' }), RECORDING, known, file)
    expect(Object.keys(readResults(file))).toEqual(['a', 'b'])
  })

  test.each([
    ['failed', { ok: false, n: '1 email', result: 'lost 1' }],
    ['was skipped', 'no libfaketime'],
  ])('keeps the earlier result of a row that %s', (_, verdict) => {
    const file = inFolder()
    const earlier = recordResult(
      outcomeOf('a', { ok: true, n: '1 email', result: 'lost 0' }),
      RECORDING,
      known,
      file,
    )
    expect(recordResult(outcomeOf('a', verdict), RECORDING, known, file)).toEqual(earlier)
  })

  test('drops rows that no longer exist', () => {
    const file = inFolder()
    recordResult(outcomeOf('a', { ok: true, n: '', result: '' }), RECORDING, known, file)
    expect(recordResult(outcomeOf('b', 'skipped'), RECORDING, new Set(['b']), file)).toEqual({})
  })
})

test('`missingResults` names rows without a result, and those that are too old or have no date', () => {
  const row = { ...RECORDING, seconds: 1, n: '', result: '' }
  const results = { fresh: row, old: { ...row, date: '2026-10-31' }, undated: { ...row, date: null } }
  const now = new Date('2026-12-01T12:00:00Z')
  const names = ['fresh', 'old', 'undated', 'absent']
  expect(missingResults(names, results, { now })).toEqual(['absent'])
  expect(missingResults(names, results, { maxDays: MAX_DAYS, now })).toEqual(['old', 'undated', 'absent'])
})

test('docs/battery.md shows test/battery/results.json', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/battery.md'), 'utf8')
  expect(page).toBe(batteryPage(CASES, readResults()))
})

test('each row has a result, and at a release none older than thirty days: npm run battery -- --record NAME', () => {
  const names = CASES.map(({ name }) => name)
  const options = { now: new Date(), ...(process.env.RELEASE === '1' && { maxDays: MAX_DAYS }) }
  expect(missingResults(names, readResults(), options)).toEqual([])
})
