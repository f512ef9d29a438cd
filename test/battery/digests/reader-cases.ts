import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import {
  type ReaderFailureSeen,
  type ReaderKillRun,
  type ReaderKillSeen,
  type ReaderRun,
  runReaderFailures,
  runReaderKills,
} from './reader-fails.ts'

const READER_RUNS: Record<Profile, ReaderRun> = { ci: { subscribers: 20 }, nightly: { subscribers: 300 } }

const readerFails: BatteryCase = {
  name: 'reader-fails',
  fault:
    'before and while digests are planned, the model of READER_URL never replies, hangs up, fails, or replies with anything but a grade',
  invariant: 'each digest goes out as soon as without the model, with the same bytes',
  run: async (profile) => {
    const run = READER_RUNS[profile]
    const seen = await runReaderFailures(run)
    const { emails, late, differing, requests } = seen
    return {
      ok: emails === run.subscribers && late + differing === 0 && requests > 0,
      n: `${emails} digests, ${requests} requests`,
      result: readerInWords(seen),
    }
  },
}

const readerInWords = ({ late, differing }: ReaderFailureSeen): string =>
  `late ${late}, with other bytes ${differing}`

/** Wrong readers that delay or change digests. */
const WRONG_READERS: Record<string, { what: string; real: string; sees: 'late' | 'differing' }> = {
  'asks-while-planning': {
    what: 'is asked when a digest is planned',
    real: 'src/features/reader/read-grades.ts',
    sees: 'late',
  },
  'reads-any-number': {
    what: 'counts any number in a reply as a grade',
    real: 'src/features/reader/read-reply.ts',
    sees: 'differing',
  },
}

const wrongReaders = Object.entries(WRONG_READERS).map(
  ([name, { what, real, sees }]): BatteryCase => ({
    name: `reader-fails-wrong-${name}`,
    fault: `a model that fails, with a reader that ${what}`,
    invariant: `must be caught: digests are ${sees === 'late' ? 'late' : 'different'}`,
    run: async () => {
      const run = READER_RUNS.ci
      const seen = await runReaderFailures(run, ofReader(real, name))
      const caught = seen[sees] > 0
      const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${readerInWords(seen)}`
      return { ok: caught, n: `${seen.emails} digests, ${seen.requests} requests`, result }
    },
  }),
)

const ofReader = (real: string, name: string): WrongPart => ({
  real,
  wrong: `test/battery/features/reader/${name}.ts`,
})

const READER_KILLS: Record<Profile, ReaderKillRun> = {
  ci: { topics: 30, perDay: 40, kills: 3 },
  nightly: { topics: 240, perDay: 300, kills: 30 },
}
/** Requests at once: what one kill may cost. */
const IN_PROGRESS = 4

const readerKilled: BatteryCase = {
  name: 'reader-killed',
  fault: 'kill -9 of processes that grade papers by the model of READER_URL',
  invariant: `no more papers are sent to it on a day than READER_PER_DAY, and up to ${IN_PROGRESS} again for each kill`,
  run: async (profile) => {
    const run = READER_KILLS[profile]
    const seen = await runReaderKills(run)
    const { requests, repeated, killed } = seen
    const isBounded = requests <= run.perDay && repeated <= IN_PROGRESS * killed
    const isSpent = requests >= run.perDay - IN_PROGRESS * killed
    return {
      ok: isBounded && isSpent && killed >= run.kills * 0.8,
      n: killsOf(run, seen),
      result: killsInWords(seen),
    }
  },
}

const readerKilledWrong: BatteryCase = {
  name: 'reader-killed-wrong-counts-after-reply',
  fault: 'kill -9 of processes that grade papers, and count a paper only when the model has replied',
  invariant: 'must be caught: more papers are sent than READER_PER_DAY',
  run: async () => {
    const run = READER_KILLS.ci
    const seen = await runReaderKills(
      run,
      ofReader('src/features/reader/grade.repo.ts', 'counts-after-reply'),
    )
    const caught = seen.requests > run.perDay
    const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${killsInWords(seen)}`
    return { ok: caught, n: killsOf(run, seen), result }
  },
}

const killsOf = ({ topics, perDay }: ReaderKillRun, { killed }: ReaderKillSeen): string =>
  `${topics} topics, READER_PER_DAY ${perDay}, ${killed} kills`

const killsInWords = ({ requests, repeated }: ReaderKillSeen): string =>
  `${requests} papers sent, ${repeated} of them again`

/** What a model that grades papers may break. */
export const readerCases: BatteryCase[] = [readerFails, ...wrongReaders, readerKilled, readerKilledWrong]
