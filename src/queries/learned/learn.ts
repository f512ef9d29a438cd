import { Piscina } from 'piscina'
import { monotonicMs } from '../../core/clock.ts'
import { dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { claimTick } from '../../core/tick.repo.ts'
import type { LearnInput } from './learn-worker.ts'
import { type Kind, LEARNED_KINDS } from './learned-kinds.ts'
import { countPapers, learnedVersions } from './learned-model.repo.ts'

/** Learn again if the number of papers has changed by this share since. */
const MAX_CHANGE = 0.1
const FIRST_HOUR = 2

/** Learns once a day (UTC), in the one process that claims the tick. */
export async function learnNightly(deps: Deps, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const now = deps.clock.now()
  if (now.getUTCHours() < FIRST_HOUR || !(await claimTick(deps.db, 'learn', midnight(dayOf(now))))) return
  await learn(deps, { signal })
}

/** Learns now if the models are missing, or are from an archive of another size. */
export const learnIfDue = (deps: Deps): Promise<void> => learn(deps, { maxChange: MAX_CHANGE })

/** Reads and learns in a thread of its own: it takes a minute with 100,000 papers. */
async function learn(
  { db, databaseUrl, clock, log }: Deps,
  { maxChange, signal }: { maxChange?: number; signal?: AbortSignal },
): Promise<void> {
  const papers = await countPapers(db)
  const known = new Map((await learnedVersions(db)).map((version) => [version.kind, version.papers]))
  const kinds = (Object.keys(LEARNED_KINDS) as Kind[]).filter((kind) => {
    const before = known.get(kind) ?? 0
    const isDue = maxChange === undefined || Math.abs(papers - before) > maxChange * before
    return papers >= LEARNED_KINDS[kind].minPapers && isDue
  })
  if (kinds.length === 0) return
  const began = monotonicMs()
  const input: LearnInput = { databaseUrl, kinds, learnedAt: clock.now(), papers }
  const pool = new Piscina({ filename: new URL('./learn-worker.ts', import.meta.url).href, maxThreads: 1 })
  try {
    await pool.run(input, { signal })
    log.info('archive.learned', { kinds: kinds.join(','), papers, ms: Math.round(monotonicMs() - began) })
  } catch (error) {
    // The service stops; the next night learns.
    if (!signal?.aborted) throw error
  } finally {
    await pool.destroy()
  }
}
