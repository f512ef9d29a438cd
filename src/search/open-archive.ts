import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { changesSince, lastChange, papersAfter, papersRevisedSince } from '../papers/archive.repo.ts'
import { maxPaperId, newestPapers, type PaperCursor } from '../papers/paper.repo.ts'
import { Archive } from '../queries/archive.ts'
import { PaperIndex } from '../queries/matching/paper-index.ts'
import { upsertYielding } from '../queries/matching/upsert-yielding.ts'

/** So many of the newest papers are held in memory, in some 500 MB; older ones are found by their day alone. */
const MAX_PAPERS = 200_000
/** A correction of a paper, or its votes, are seen after so long; a new paper at once. */
const REFRESH_MS = 60_000
/** Longer than a transaction takes to be seen after the instant that it wrote. */
const OVERLAP_MS = 3 * 60_000
/** So many above the most are held before the oldest are let go. */
const SLACK = 2_000
const BATCH_SIZE = 1000

interface CachedArchive {
  archive: Archive
  /** Every paper up to this number that is newer than `reached` is here. */
  maxPaperId: number
  /** The oldest paper that was read; undefined where nothing older is to be read. */
  readBackTo: PaperCursor | undefined
  /** Papers with a newer version on this day or later are here, however old. */
  revisedFrom: Day | undefined
  /** When it was last asked what changed, and up to where changes were seen. */
  checkedAt: Date
  changedAt: Date | null
  /** One step of reading after the other, whoever wants it. */
  work: Promise<unknown>
  /** All of it is being read, or was. */
  fullRead: Promise<Archive> | undefined
}

// One archive for each database that this process speaks to.
const archives = new WeakMap<Database, CachedArchive>()

/**
 * The papers that this process holds in memory, newest first: at least all that were first listed on `from` or later, as
 * far as it can hold them; without `from` as many as it can hold. `backTo` of it says how far it goes. `withRevised`: and
 * all that had a newer version then.
 */
export async function openArchive(
  deps: Deps,
  { from = '', withRevised = false }: { from?: Day; withRevised?: boolean } = {},
): Promise<Archive> {
  const cached = archives.get(deps.db) ?? newCachedArchive(deps)
  await runExclusive(cached, () => refresh(deps, cached))
  while (cached.readBackTo && cached.readBackTo.firstDay >= from) {
    await runExclusive(cached, () => readOlder(deps, cached))
  }
  if (withRevised) await runExclusive(cached, () => readRevised(deps, cached, from))
  return cached.archive
}

/** Reads as many papers as it can hold, once, whoever asks for it, while others search what is there by then. */
export function readWholeArchive(deps: Deps): Promise<Archive> {
  const cached = archives.get(deps.db) ?? newCachedArchive(deps)
  cached.fullRead ??= openArchive(deps).then(logRead(deps), (error) => {
    cached.fullRead = undefined
    throw error
  })
  return cached.fullRead
}

const logRead =
  ({ log }: Deps) =>
  (archive: Archive) => {
    log.info('archive.read', { papers: archive.index.size, bytes: archive.index.bytes })
    return archive
  }

/** For whoever replaced the papers of a database: what was read of them is let go. */
export const dropArchive = (db: Database): void => void archives.delete(db)

function newCachedArchive({ db, clock }: Deps): CachedArchive {
  const fresh: CachedArchive = { ...emptyCache(clock.now()), work: Promise.resolve() }
  archives.set(db, fresh)
  return fresh
}

const emptyCache = (now: Date): Omit<CachedArchive, 'work'> => ({
  archive: new Archive(new PaperIndex()),
  maxPaperId: -1,
  readBackTo: { firstDay: '9999-12-31', id: 0 },
  revisedFrom: undefined,
  checkedAt: now,
  changedAt: null,
  fullRead: undefined,
})

function runExclusive(cached: CachedArchive, step: () => Promise<void>): Promise<unknown> {
  const mine = cached.work.then(step)
  cached.work = mine.catch(() => {})
  return mine
}

async function refresh(deps: Deps, cached: CachedArchive): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  if (cached.maxPaperId < 0) {
    cached.changedAt = await lastChange(db)
    cached.maxPaperId = await maxPaperId(db)
    return
  }
  const highest = await maxPaperId(db)
  // It never falls: these are other papers, as after a restore.
  if (highest < cached.maxPaperId) {
    Object.assign(cached, emptyCache(now))
    return refresh(deps, cached)
  }
  if (highest > cached.maxPaperId) {
    await readNewer(db, cached)
    evictOldest(cached)
  }
  if (Math.abs(now.getTime() - cached.checkedAt.getTime()) < REFRESH_MS) return
  const changedAt = await lastChange(db)
  if (isSettled(cached, changedAt, now)) {
    cached.checkedAt = now
    return
  }
  const { papers, gone } = await changesSince(db, new Date((cached.changedAt ?? now).getTime() - OVERLAP_MS))
  await upsertYielding(cached.archive.index, papers)
  for (const id of gone) cached.archive.index.remove(id)
  evictOldest(cached)
  cached.checkedAt = now
  cached.changedAt = changedAt
}

/** Nothing came since, and what was being written then was seen. */
const isSettled = (cached: CachedArchive, changedAt: Date | null, now: Date): boolean =>
  changedAt?.getTime() === cached.changedAt?.getTime() &&
  cached.checkedAt.getTime() - (changedAt?.getTime() ?? 0) > OVERLAP_MS &&
  now > cached.checkedAt

/** Lets the oldest papers go where there are more than it can hold, and gives back the room of those that left. */
function evictOldest(cached: CachedArchive): void {
  const { index } = cached.archive
  if (index.size > MAX_PAPERS + SLACK) {
    const oldest = index.oldest(index.size - MAX_PAPERS)
    for (const { id } of oldest) index.remove(id)
    cached.archive.backTo = oldest.at(-1)!.firstDay
  }
  if (index.isSparse) cached.archive = new Archive(index.compacted(), cached.archive.backTo)
}

/** The papers that came since. */
async function readNewer(db: Database, cached: CachedArchive): Promise<void> {
  for (;;) {
    const papers = await papersAfter(db, { after: cached.maxPaperId, most: BATCH_SIZE })
    if (papers.length === 0) return
    await upsertYielding(cached.archive.index, papers)
    cached.maxPaperId = papers.at(-1)!.id
  }
}

/** The next older papers. */
async function readOlder({ db }: Deps, cached: CachedArchive): Promise<void> {
  if (!cached.readBackTo) return
  const { archive } = cached
  const papers = await newestPapers(db, { after: cached.readBackTo, withRevised: true, limit: BATCH_SIZE })
  await upsertYielding(archive.index, papers)
  const isFull = archive.index.size >= MAX_PAPERS
  const isAll = papers.length < BATCH_SIZE
  archive.backTo = isAll ? null : papers.at(-1)!.firstDay
  cached.readBackTo = isAll || isFull ? undefined : papers.at(-1)
}

/** What changes later is read with all that changes. */
async function readRevised({ db }: Deps, cached: CachedArchive, from: Day): Promise<void> {
  const isAll = !cached.readBackTo && cached.archive.backTo === null
  if (isAll || (cached.revisedFrom !== undefined && cached.revisedFrom <= from)) return
  await upsertYielding(cached.archive.index, await papersRevisedSince(db, from))
  cached.revisedFrom = from
}
