import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { migrateDatabase } from '../../../src/operator/operations/database.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { importPeople } from '../../support/import-people.ts'
import type { Bench } from './delivery-bench.ts'

/** A subscriber, with the columns of the import that adds them. */
export interface Person {
  email: string
  state: 'active' | 'paused' | 'pending' | 'unsubscribed' | 'suppressed'
  topics: string[]
  hour: number
  zone: string
  days: readonly string[]
}

/** What the case does itself, beside its processes, with a clock that it moves. */
export interface World {
  deps: Deps
  clock: MovableClock
  addPeople(people: readonly Person[]): Promise<void>
  /** Papers with these titles, listed on a day. */
  addPapers(day: Day, titles: readonly string[]): Promise<void>
}

/** Opens a bench's database with everything that a service needs, including its queue, while `work` runs. */
export async function withWorld<T>(
  bench: Pick<Bench, 'settings' | 'folder'>,
  now: Date,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const clock = stoppedClock(now)
  const { deps, close } = await buildDeps(readConfig(bench.settings), {
    clock,
    log: silentLog,
    connections: 2,
  })
  let files = 0
  try {
    await migrateDatabase(deps)
    return await work({
      deps,
      clock,
      addPeople: async (people) => {
        const file = join(bench.folder, `people-${deps.databaseUrl.split('/').at(-1)}-${++files}.csv`)
        writeFileSync(file, csvOf(people))
        const { taken } = await importPeople(deps, file)
        if (taken < people.length) throw new Error(`${people.length - taken} people were not imported`)
      },
      addPapers: async (day, titles) => {
        const text = JSON.stringify(
          titles.map((title) => ({ title, summary: `On ${title}.`, authors: ['A'] })),
        )
        await importPapers(deps, { text, day })
      },
    })
  } finally {
    await close()
  }
}

const csvOf = (people: readonly Person[]): string =>
  ['email,state,topics,hour,zone,days', ...people.map(rowOf)].join('\n')

const rowOf = ({ email, state, topics, hour, zone, days }: Person): string =>
  [email, state, `"${topics.join('; ')}"`, hour, zone, `"${days.join(',')}"`].join(',')
