import { Piscina } from 'piscina'
import { monotonicMs } from '../../core/clock.ts'
import { ifUnlocked } from '../../core/database/session-lock.ts'
import { DAY_MS, dayOf, HOUR_MS, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import type { LearnInput } from './learn-worker.ts'
import { type Kind, LEARNED_KINDS } from './learned-kinds.ts'
import { countPapers, learnedVersions } from './learned-models.repo.ts'

/** Held by the process that learns. */
const LEARN_LOCK = 1_818_587_506
/** Learn again once there are this many times as many papers, or as few. */
const GROWTH = 2
/** A command that measures learns again after a smaller change. */
export const MEASURED_GROWTH = 1.1
/** The hour (UTC) from which what was learned the day before is learned again. */
const NIGHT_HOUR = 2

interface LearnOptions {
  growth?: number
  signal?: AbortSignal
}

/**
 * Learns if something was never learned, if the number of papers has doubled since, or if it was last learned before
 * the last night. Cheap if nothing is due. Does nothing while another process learns.
 */
export async function learnIfDue(deps: Deps, { growth = GROWTH, signal }: LearnOptions = {}): Promise<void> {
  const due = await findDue(deps, growth)
  if (due.kinds.length === 0) return
  await ifUnlocked(deps.databaseUrl, LEARN_LOCK, async () => {
    // Another process may have learned in the meantime.
    const { kinds, papers } = await findDue(deps, growth)
    if (kinds.length > 0) await learn(deps, { kinds, papers, signal })
  })
}

/** For commands. What cannot be learned is logged, and is due at the next occasion. */
export const learnOrLog = (deps: Deps, options?: LearnOptions): Promise<void> =>
  learnIfDue(deps, options).catch((error) => deps.log.error('archive.not-learned', errorFields(error)))

/** All kinds that there are enough papers for, if one of them is due: they read the papers together. */
async function findDue({ db, clock }: Deps, growth: number): Promise<Pick<LearnInput, 'kinds' | 'papers'>> {
  const papers = await countPapers(db)
  const versions = await learnedVersions(db)
  const night = lastNight(clock.now())
  const kinds = (Object.keys(LEARNED_KINDS) as Kind[]).filter(
    (kind) => papers >= LEARNED_KINDS[kind].minPapers,
  )
  const isDue = kinds.some((kind) => {
    const known = versions.find((version) => version.kind === kind)
    if (!known || known.learnedAt < night) return true
    return Math.max(papers / known.papers, known.papers / papers) >= growth
  })
  return { kinds: isDue ? kinds : [], papers }
}

function lastNight(now: Date): Date {
  const tonight = midnight(dayOf(now)).getTime() + NIGHT_HOUR * HOUR_MS
  return new Date(tonight <= now.getTime() ? tonight : tonight - DAY_MS)
}

/** Reads and learns in a thread of its own: it takes a minute with 100,000 papers. */
async function learn(
  { databaseUrl, clock, log }: Deps,
  { kinds, papers, signal }: Pick<LearnInput, 'kinds' | 'papers'> & { signal?: AbortSignal },
): Promise<void> {
  const began = monotonicMs()
  const input: LearnInput = { databaseUrl, kinds, learnedAt: clock.now(), papers }
  const pool = new Piscina({ filename: new URL('./learn-worker.ts', import.meta.url).href, maxThreads: 1 })
  try {
    await pool.run(input, { signal })
    log.info('archive.learned', { kinds: kinds.join(','), papers, ms: Math.round(monotonicMs() - began) })
  } catch (error) {
    // The service stops; the next start learns.
    if (!signal?.aborted) throw error
  } finally {
    await pool.destroy()
  }
}
