import { afterAll, beforeAll, beforeEach } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { gradeDueTopics } from '../../../../src/features/reader/grade-papers.ts'
import { openReaderClient } from '../../../../src/features/reader/reader-client.ts'
import { readerSettings } from '../../../../src/features/reader/settings.ts'
import { type DigestSeen, type DigestWorld, useDigestWorld } from '../../../support/digest-world.ts'
import { CARS, CELLS, learnSpace } from '../../../support/learned-space.ts'
import { type StandInReader, startStandInReader } from './stand-in-reader.ts'

export const DAY = '2026-11-24'
export const CAR = 'A car engine'
export const AUTOMOBILE = 'Automobile engine'
export const CELL_ENGINE = 'Engine of protein cell gene'
export const MODEL = 'stand-in:1'
export const KEY = 'sk-secret-0123456789'

export interface ReaderWorld {
  digests: DigestWorld
  readonly reader: StandInReader
  /** What the stand-in gives a paper, by title; others get 1. */
  grades: Record<string, number>
  /** Deps of a service with the reader, an hour before digests are due, or at another time. */
  at(now?: string, settings?: Record<string, string>): Deps
  grade(deps?: Deps, timeoutMs?: number): ReturnType<typeof gradeDueTopics>
  /** The digest of the day of a subscriber, planned now. */
  planned(id?: string, deps?: Deps): Promise<DigestSeen>
}

/** Papers of a day of which one matches "car engine", one is close and one is not, and a stand-in for the reader. */
export function useReaderWorld(): ReaderWorld {
  const digests = useDigestWorld()
  let reader: StandInReader
  const grades: Record<string, number> = {}
  beforeAll(async () => {
    reader = await startStandInReader(({ title }) => grades[title] ?? 1)
  })
  afterAll(() => reader?.close())
  beforeEach(async () => {
    reader.failure = undefined
    reader.refusesField = undefined
    reader.requests.length = 0
    for (const title of Object.keys(grades)) delete grades[title]
    await learnSpace(digests.db)
    await digests.addPapers('2026-11-01', CARS)
    await digests.addPapers(DAY, [CAR, AUTOMOBILE, CELL_ENGINE, ...CELLS])
  })
  const at: ReaderWorld['at'] = (now = `${DAY}T07:00:00Z`, settings = {}) => {
    const own = { READER_URL: reader.url, READER_MODEL: MODEL, READER_KEY: KEY, ...settings }
    return { ...digests.deps, config: readConfig(own, FEATURES), clock: stoppedClock(new Date(now)) }
  }
  return {
    digests,
    get reader() {
      return reader
    },
    grades,
    at,
    grade: (deps = at(), timeoutMs = 5000) => {
      const settings = readerSettings(deps.config)!
      const client = openReaderClient(settings, { timeoutMs })
      return gradeDueTopics(deps, { reader: client, settings, signal: new AbortController().signal })
    },
    planned: async (id = 'ann', deps = at()) => {
      await planDigests({ ...deps, clock: stoppedClock(new Date(`${DAY}T08:05:00Z`)) })
      return (await digests.digestsOf(id))[DAY]!
    },
  }
}
