import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import {
  changesSince,
  lastChange,
  maxPaperId,
  newestPapers,
  type PaperCursor,
  papersAfter,
  papersRevisedSince,
} from '../papers/paper.repo.ts'
import { Archive } from '../queries/archive.ts'
import { learnedModels } from '../queries/learned/learned-models.repo.ts'
import { PaperIndex, upsertYielding } from '../queries/matching/paper-index.ts'
import { SEGMENT_SIZE } from '../queries/matching/segment.ts'
import { NO_USAGE } from '../queries/meaning/usage.ts'
import type { LatentSpace } from '../queries/ranking/latent-space.ts'

/** The limit of papers in memory, some 500 MB. Older papers are found only by their day. */
const MAX_PAPERS = 200_000
/** Changes of a paper or its votes are visible after this time; a new paper is visible at once. */
export const REFRESH_MS = 60_000
/** How many papers above the limit are kept before the oldest are evicted. */
const SLACK = 2_000
/** The last segment is written again with each batch; a batch needs some 20 kB of memory per paper. */
const BATCH_SIZE = SEGMENT_SIZE / 2
/** Longer than the time from a transaction's timestamp until the transaction becomes visible. */
const OVERLAP_MS = 3 * 60_000

interface CachedArchive {
  archive: Archive
  /** Every paper with an id up to this one and newer than `readBackTo` is in memory. */
  maxPaperId: number
  /** The oldest paper read so far; undefined if no older paper is to be read. */
  readBackTo: PaperCursor | undefined
  /** Papers with a newer version on this day or later are in memory, whatever their age. */
  revisedFrom: Day | undefined
  /** The time of the last check for changes, and the time of the last change that it found. */
  checkedAt: Date
  changedAt: Date | null
  /** The learned space; undefined without one. */
  space: LatentSpace | undefined
  /** The computation of vectors, if it is running. */
  vectors?: Promise<void>
  /** Why the last computation failed that `isWholeArchiveReady` started. */
  vectorsFailure?: unknown
  /** A queue: one step of reading at a time, for all callers. */
  work: Promise<unknown>
  /** The read of the whole archive, running or finished. */
  fullRead: Promise<Archive> | undefined
}

// One archive for each database of this process.
const archives = new WeakMap<Database, CachedArchive>()

interface OpenArchiveInput {
  from?: Day
  withRevised?: boolean
  withVectors?: boolean
}

/**
 * The papers in memory. Contains at least the papers first listed on `from` or later, up to the memory limit; without
 * `from`, as many as the limit allows. `backTo` of the archive is its oldest day. With `withRevised`, also contains all
 * papers with a newer version on `from` or later. With `withVectors`, the papers read so far have their vectors in the
 * learned space; otherwise they are computed in the background.
 */
export async function openArchive(
  deps: Deps,
  { from = '', withRevised = false, withVectors = false }: OpenArchiveInput = {},
): Promise<Archive> {
  const cached = cachedArchive(deps)
  await runExclusive(cached, () => refresh(deps, cached))
  while (cached.readBackTo && cached.readBackTo.firstDay >= from) {
    await runExclusive(cached, () => readOlder(deps, cached))
  }
  if (withRevised) await runExclusive(cached, () => readRevised(deps, cached, from))
  await runExclusive(cached, () => readModels(deps, cached))
  const vectors = computeVectors(cached)
  if (withVectors) await vectors
  // The next caller tries again.
  else vectors.catch(() => {})
  return cached.archive
}

/**
 * Reads as many papers as the memory limit allows, once for all callers. Meanwhile, searches use the papers read so
 * far.
 */
export function readWholeArchive(deps: Deps): Promise<Archive> {
  const cached = cachedArchive(deps)
  cached.fullRead ??= openArchive(deps).then(
    (archive) => {
      deps.log.info('archive.read', { papers: archive.index.size, bytes: archive.index.bytes })
      return archive
    },
    (error) => {
      cached.fullRead = undefined
      throw error
    },
  )
  return cached.fullRead
}

/** Whether older papers are still to be read, as in the first seconds after a start. */
export const isReadingArchive = (deps: Deps): boolean => cachedArchive(deps).readBackTo !== undefined

/**
 * Whether all papers are in memory, with their vectors. If not, this starts to read and compute them, and throws if the
 * vectors could not be computed since the last call.
 */
export async function isWholeArchiveReady(deps: Deps): Promise<boolean> {
  const archive = await openAvailableArchive(deps)
  const cached = cachedArchive(deps)
  if (isReadingArchive(deps)) return false
  const { vectorsFailure } = cached
  cached.vectorsFailure = undefined
  if (archive.hasVectorsOf(cached.space)) return true
  if (vectorsFailure !== undefined) throw vectorsFailure
  computeVectors(cached).catch((error) => {
    cached.vectorsFailure = error
  })
  return false
}

/** Drops the archive of a database whose papers were replaced. */
export const dropArchive = (db: Database): void => void archives.delete(db)

function cachedArchive({ db, clock }: Deps): CachedArchive {
  const cached = archives.get(db) ?? { ...emptyCache(clock.now()), work: Promise.resolve() }
  archives.set(db, cached)
  return cached
}

const emptyCache = (now: Date): Omit<CachedArchive, 'work'> => ({
  archive: new Archive(new PaperIndex()),
  maxPaperId: -1,
  readBackTo: { firstDay: AFTER_ALL, id: 0 },
  revisedFrom: undefined,
  checkedAt: now,
  changedAt: null,
  space: undefined,
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
  // The highest id never decreases, so the papers were replaced, for example by a restore.
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

/** Whether nothing changed since the last check, and all transactions of that time are visible. */
const isSettled = (cached: CachedArchive, changedAt: Date | null, now: Date): boolean =>
  changedAt?.getTime() === cached.changedAt?.getTime() &&
  cached.checkedAt.getTime() - (changedAt?.getTime() ?? 0) > OVERLAP_MS &&
  now > cached.checkedAt

/** Reads what was learned since, by whichever process, and applies it to queries at once. */
async function readModels({ db }: Deps, cached: CachedArchive): Promise<void> {
  const { space, usage } = await learnedModels(db)
  cached.space = space
  cached.archive.usage = usage ?? NO_USAGE
}

/** Computes the vectors of the papers read so far that have none in the learned space, once for all callers. */
async function computeVectors(cached: CachedArchive): Promise<void> {
  const { docCount } = cached.archive.index
  // Again if another space was learned meanwhile, or if a computation for fewer papers was running.
  while (!cached.archive.hasVectorsOf(cached.space, docCount)) {
    cached.vectors ??= cached.archive.computeVectorsYielding(cached.space).finally(() => {
      cached.vectors = undefined
    })
    await cached.vectors
  }
}

/** Evicts the oldest papers above the limit, and compacts the index if many papers were removed. */
function evictOldest(cached: CachedArchive): void {
  const { index } = cached.archive
  if (index.size > MAX_PAPERS + SLACK) {
    const oldest = index.oldest(index.size - MAX_PAPERS)
    for (const { id } of oldest) index.remove(id)
    cached.archive.backTo = oldest.at(-1)!.firstDay
  }
  if (index.isSparse) cached.archive = new Archive(index.compacted(), cached.archive.backTo)
}

/** Reads the papers added since. */
async function readNewer(db: Database, cached: CachedArchive): Promise<void> {
  for (;;) {
    const papers = await papersAfter(db, { after: cached.maxPaperId, most: BATCH_SIZE })
    if (papers.length === 0) return
    await upsertYielding(cached.archive.index, papers)
    cached.maxPaperId = papers.at(-1)!.id
  }
}

/** Reads the next batch of older papers. */
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

/** Reads papers with newer versions once; `refresh` reads later changes. */
async function readRevised({ db }: Deps, cached: CachedArchive, from: Day): Promise<void> {
  const isAll = !cached.readBackTo && cached.archive.backTo === null
  if (isAll || (cached.revisedFrom !== undefined && cached.revisedFrom <= from)) return
  await upsertYielding(cached.archive.index, await papersRevisedSince(db, from))
  cached.revisedFrom = from
}

/** While a process reads its archive, requests wait for the papers of the last 30 days. */
const AT_LEAST_DAYS = 30
/** Later than every day of a paper, so the first batch is enough. */
const AFTER_ALL: Day = '9999-12-31'

/** The archive with at least the papers of the last weeks. All others are read in the background. */
export const openNewestArchive = (
  deps: Deps,
  { withVectors = false }: Pick<OpenArchiveInput, 'withVectors'> = {},
): Promise<Archive> => openFrom(deps, { from: addDays(dayOf(deps.clock.now()), -AT_LEAST_DAYS), withVectors })

/** The archive with what is in memory. Waits only for the first batch of papers. */
export const openAvailableArchive = (deps: Deps): Promise<Archive> => openFrom(deps, { from: AFTER_ALL })

async function openFrom(deps: Deps, input: OpenArchiveInput): Promise<Archive> {
  const archive = await openArchive(deps, input)
  // The next request does not wait for this, and retries after a failure.
  if (archive.backTo !== null) readWholeArchive(deps).catch(() => {})
  return archive
}

/** How many days a preview of topics covers. */
export const MAX_DAYS = 30
