import { noTestData } from '../../support/test-data.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { HEAP_MB, type MutatedSeen, runMutated } from './mutated.ts'
import { type PoisonedSeen, runPoisoned } from './poisoned.ts'

const ANSWERS: Record<Profile, number> = { ci: 400, nightly: 10_000 }
const MAX_MB = 300
const MAX_REPORTED = 5
const NO_RECORDINGS = noTestData('huggingface/daily, arxiv and papers')

const FAULT =
  'recorded responses of Hugging Face, arXiv and bioRxiv cut, repeated, of wrong types and encodings, deep, huge, slow, with entities, with other statuses, with pages that break or never end'

const mutated: BatteryCase = {
  name: 'sources-fuzzed',
  fault: FAULT,
  long: true,
  invariant: `no crash; no half-written day; every day with its state and why; only faults of a source are thrown; < ${MAX_MB} MB with a heap of ${HEAP_MB} MB`,
  run: async (profile) => {
    const seen = await runMutated(ANSWERS[profile])
    if (!seen) return NO_RECORDINGS
    if (profile === 'nightly') console.log(`  ${countsIn(seen.ways)}`)
    for (const breach of breachesIn(seen).slice(0, MAX_REPORTED)) console.log(`  ${breach}`)
    return { ok: breachesIn(seen).length === 0 && seesAll(seen), n: howMany(seen), result: inWords(seen) }
  },
}

const wrong: BatteryCase = {
  name: 'sources-fuzzed-wrong-keeps-partial-day',
  fault: 'a wrong variant: papers of the pages before a failed page are kept',
  invariant: 'must be caught: days that are half written',
  run: async () => {
    const seen = await runMutated(150, {
      real: 'src/sources/huggingface/huggingface-client.ts',
      wrong: 'test/battery/sources/wrong-parts/keeps-what-it-got.ts',
    })
    if (!seen) return NO_RECORDINGS
    const ok = seen.halfWritten.length > 0
    return { ok, n: howMany(seen), result: `${ok ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}` }
  },
}

function breachesIn(seen: MutatedSeen): string[] {
  const { crashes, halfWritten, withoutReason, otherErrors, wrong, peakMb, peakAt } = seen
  const breaches = Object.entries({ crashes, halfWritten, withoutReason, otherErrors, wrong })
  return [
    ...breaches.flatMap(([what, fetches]) => fetches.map((fetch) => `${what}: ${fetch}`)),
    ...(peakMb < MAX_MB ? [] : [`${peakMb} MB after ${peakAt}`]),
  ]
}

/** A row in which nothing is ever recorded, or nothing ever fails, shows nothing. */
function seesAll({ answers, outcomes }: MutatedSeen): boolean {
  const failed = answers - sum(STATES.map((state) => outcomes.get(state) ?? 0))
  const fresh = outcomes.get('fresh') ?? 0
  return fresh > answers / 5 && failed > answers / 5 && STATES.every((state) => outcomes.has(state))
}

const STATES = ['fresh', 'quiet', 'stalled', 'waiting']
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

const howMany = ({ answers, ways }: MutatedSeen): string => `${answers} answers, mutated in ${ways.size} ways`

/** The most frequent first. */
const countsIn = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')

function inWords(seen: MutatedSeen): string {
  const { outcomes, crashes, halfWritten, withoutReason, otherErrors, wrong, p99Ms, slowest, peakMb } = seen
  return [
    countsIn(outcomes),
    `crashes ${crashes.length}, half-written ${halfWritten.length}, without a reason ${withoutReason.length}, other errors ${otherErrors.length}, wrong ${wrong.length}`,
    `p99 ${p99Ms} ms, at most ${slowest}; ${peakMb} MB`,
  ].join('; ')
}

const POISON = `entries with numbers out of range, NULs, half characters, keys of kilobytes, texts of 100 kB and dates beyond any calendar in each field, one by one, and two of each day that the database itself rejects`

const poisoned: BatteryCase = {
  name: 'sources-poisoned',
  fault: `a day of Hugging Face, bioRxiv and arXiv: ${POISON}`,
  invariant: 'all other entries are recorded; each entry is a paper, or left out with a reason',
  run: async () => {
    const seen = await runPoisoned()
    for (const breach of poisonedBreaches(seen).slice(0, MAX_REPORTED)) console.log(`  ${breach}`)
    return { ok: poisonedBreaches(seen).length === 0, n: poisonedCount(seen), result: poisonedWords(seen) }
  },
}

const wrongPoisoned: BatteryCase = {
  name: 'sources-poisoned-wrong-all-or-nothing',
  fault: 'a wrong variant: a day is recorded as a whole or not at all',
  invariant: 'must be caught: valid papers are lost with invalid ones',
  run: async () => {
    const seen = await runPoisoned({
      real: 'src/core/database/database.ts',
      wrong: 'test/battery/sources/wrong-parts/records-all-or-nothing.ts',
    })
    const ok = seen.lost.length > 0
    return {
      ok,
      n: poisonedCount(seen),
      result: `${ok ? 'caught' : 'NOT CAUGHT'}: ${poisonedWords(seen)}`,
    }
  },
}

const poisonedBreaches = ({ lost, unaccounted, unnamed, failed }: PoisonedSeen): string[] =>
  Object.entries({ lost, unaccounted, unnamed, failed }).flatMap(([what, all]) =>
    all.map((one) => `${what}: ${one}`),
  )

const poisonedCount = ({ days, entries }: PoisonedSeen): string => `${days} days, ${entries} entries`

const poisonedWords = ({ lost, unaccounted, unnamed, failed }: PoisonedSeen): string =>
  `lost ${lost.length}, days not accounted for ${unaccounted.length}, days that do not name what was rejected ${unnamed.length}, failed ${failed.length}`

export const mutatedCases: BatteryCase[] = [mutated, wrong, poisoned, wrongPoisoned]
