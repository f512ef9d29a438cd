import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { changesSince, lastChange, papersAfter, papersRevisedSince } from '../papers/archive.repo.ts'
import { horizon, newestPapers, type PaperPlace } from '../papers/paper.repo.ts'
import { Archive } from '../queries/archive.ts'
import { PaperIndex } from '../queries/matching/paper-index.ts'
import { takeInTurns } from '../queries/matching/take-in-turns.ts'

/** So many of the newest papers are held in memory, in some 500 MB; older ones are found by their day alone. */
const MAX_PAPERS = 200_000
/** A correction of a paper, or its votes, are seen after so long; a new paper at once. */
const KEPT_MS = 60_000
/** Longer than a transaction takes to be seen after the instant that it wrote. */
const OVERLAP_MS = 3 * 60_000
/** So many above the most are held before the oldest are let go. */
const SLACK = 2_000
const AT_ONCE = 1000

interface Kept {
  archive: Archive
  /** Every paper up to this number that is newer than `reached` is here. */
  upTo: number
  /** The oldest paper that was read; undefined where nothing older is to be read. */
  reached: PaperPlace | undefined
  /** Papers with a newer version on this day or later are here, however old. */
  revisedFrom: Day | undefined
  /** When it was last asked what changed, and up to where changes were seen. */
  askedAt: Date
  changedAt: Date | null
  /** One step of reading after the other, whoever wants it. */
  work: Promise<unknown>
  /** All of it is being read, or was. */
  whole: Promise<Archive> | undefined
}

// One archive for each database that this process speaks to.
const kept = new WeakMap<Database, Kept>()

/**
 * The papers that this process holds in memory, newest first: at least all that were first listed on `from` or later, as
 * far as it can hold them; without `from` as many as it can hold. `backTo` of it says how far it goes. `withRevised`: and
 * all that had a newer version then.
 */
export async function openArchive(
  deps: Deps,
  { from = '', withRevised = false }: { from?: Day; withRevised?: boolean } = {},
): Promise<Archive> {
  const known = kept.get(deps.db) ?? newlyKept(deps)
  await inTurn(known, () => refresh(deps, known))
  while (known.reached && known.reached.firstDay >= from) {
    await inTurn(known, () => readBack(deps, known))
  }
  if (withRevised) await inTurn(known, () => readRevised(deps, known, from))
  return known.archive
}

/** Reads as many papers as it can hold, once, whoever asks for it, while others search what is there by then. */
export function readArchive(deps: Deps): Promise<Archive> {
  const known = kept.get(deps.db) ?? newlyKept(deps)
  known.whole ??= openArchive(deps).then(said(deps), (error) => {
    known.whole = undefined
    throw error
  })
  return known.whole
}

const said =
  ({ log }: Deps) =>
  (archive: Archive) => {
    log.info('archive.read', { papers: archive.index.size, bytes: archive.index.bytes })
    return archive
  }

/** For whoever replaced the papers of a database: what was read of them is let go. */
export const forgetArchive = (db: Database): void => void kept.delete(db)

function newlyKept({ db, clock }: Deps): Kept {
  const fresh: Kept = { ...nothingRead(clock.now()), work: Promise.resolve() }
  kept.set(db, fresh)
  return fresh
}

const nothingRead = (now: Date): Omit<Kept, 'work'> => ({
  archive: new Archive(new PaperIndex()),
  upTo: -1,
  reached: { firstDay: '9999-12-31', id: 0 },
  revisedFrom: undefined,
  askedAt: now,
  changedAt: null,
  whole: undefined,
})

function inTurn(known: Kept, step: () => Promise<void>): Promise<unknown> {
  const mine = known.work.then(step)
  known.work = mine.catch(() => {})
  return mine
}

async function refresh(deps: Deps, known: Kept): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  if (known.upTo < 0) {
    known.changedAt = await lastChange(db)
    known.upTo = await horizon(db)
    return
  }
  const highest = await horizon(db)
  // It never falls: these are other papers, as after a restore.
  if (highest < known.upTo) {
    Object.assign(known, nothingRead(now))
    return refresh(deps, known)
  }
  if (highest > known.upTo) {
    await readOn(db, known)
    tidyUp(known)
  }
  if (Math.abs(now.getTime() - known.askedAt.getTime()) < KEPT_MS) return
  const changedAt = await lastChange(db)
  if (isSettled(known, changedAt, now)) {
    known.askedAt = now
    return
  }
  const { papers, gone } = await changesSince(db, new Date((known.changedAt ?? now).getTime() - OVERLAP_MS))
  await takeInTurns(known.archive.index, papers)
  for (const id of gone) known.archive.index.remove(id)
  tidyUp(known)
  known.askedAt = now
  known.changedAt = changedAt
}

/** Nothing came since, and what was being written then was seen. */
const isSettled = (known: Kept, changedAt: Date | null, now: Date): boolean =>
  changedAt?.getTime() === known.changedAt?.getTime() &&
  known.askedAt.getTime() - (changedAt?.getTime() ?? 0) > OVERLAP_MS &&
  now > known.askedAt

/** Lets the oldest papers go where there are more than it can hold, and gives back the room of those that left. */
function tidyUp(known: Kept): void {
  const { index } = known.archive
  if (index.size > MAX_PAPERS + SLACK) {
    const oldest = index.oldest(index.size - MAX_PAPERS)
    for (const { id } of oldest) index.remove(id)
    known.archive.backTo = oldest.at(-1)!.firstDay
  }
  if (index.isSparse) known.archive = new Archive(index.compacted(), known.archive.backTo)
}

/** The papers that came since. */
async function readOn(db: Database, known: Kept): Promise<void> {
  for (;;) {
    const papers = await papersAfter(db, { after: known.upTo, most: AT_ONCE })
    if (papers.length === 0) return
    await takeInTurns(known.archive.index, papers)
    known.upTo = papers.at(-1)!.id
  }
}

/** The next older papers. */
async function readBack({ db }: Deps, known: Kept): Promise<void> {
  if (!known.reached) return
  const { archive } = known
  const papers = await newestPapers(db, { after: known.reached, withRevised: true, most: AT_ONCE })
  await takeInTurns(archive.index, papers)
  const isFull = archive.index.size >= MAX_PAPERS
  const isAll = papers.length < AT_ONCE
  archive.backTo = isAll ? null : papers.at(-1)!.firstDay
  known.reached = isAll || isFull ? undefined : papers.at(-1)
}

/** What changes later is read with all that changes. */
async function readRevised({ db }: Deps, known: Kept, from: Day): Promise<void> {
  const isAll = !known.reached && known.archive.backTo === null
  if (isAll || (known.revisedFrom !== undefined && known.revisedFrom <= from)) return
  await takeInTurns(known.archive.index, await papersRevisedSince(db, from))
  known.revisedFrom = from
}
