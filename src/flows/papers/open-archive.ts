import { setImmediate } from 'node:timers/promises'
import { Archive } from '../../filters/archive.ts'
import { PaperIndex } from '../../filters/matching/paper-index.ts'
import { changesSince, lastChange, numberBefore, papersAfter } from '../../papers/archive-store.ts'
import type { Paper } from '../../papers/paper.ts'
import { horizon } from '../../papers/paper-store.ts'
import type { Database } from '../../platform/database.ts'
import type { Deps } from '../../wiring.ts'

/** So many of the newest papers are held in memory, in some 300 MB; older ones are found by their day alone. */
export const MOST_PAPERS = 200_000
/** A correction of a paper, or its votes, are seen after so long; a new paper at once. */
const KEPT_MS = 60_000
/** The longest that a transaction takes to be seen after the instant that it wrote. */
const OVERLAP_MS = 10 * 60_000
const AT_ONCE = 2000
/** So many papers are cut into words, in some 10 ms, before others get their turn. */
const IN_ONE_TURN = 20

interface Kept {
  archive: Archive
  /** The highest number of a paper that it has read. */
  upTo: number
  /** When it was last asked what changed, and up to where changes were seen. */
  askedAt: Date
  changedAt: Date | null
  work: Promise<unknown>
}

// One archive for each database that this process speaks to, filled by whoever asks first.
const kept = new WeakMap<Database, Kept>()

/** The papers of this process's memory, with every paper that is there by now. */
export async function openArchive({ db, clock, log }: Deps): Promise<Archive> {
  const now = clock.now()
  const known = kept.get(db)
  if (!known) {
    const archive = new Archive(new PaperIndex())
    const first: Kept = { archive, upTo: 0, askedAt: now, changedAt: null, work: Promise.resolve() }
    kept.set(db, first)
    first.work = fill(db, first)
    await first.work.catch((error) => {
      kept.delete(db)
      throw error
    })
    log.info('archive.read', { papers: archive.index.size, bytes: archive.index.bytes })
    return archive
  }
  // One after the other: what one caller reads, the next one need not.
  known.work = known.work.catch(() => {}).then(() => refresh(db, known, now))
  await known.work
  return known.archive
}

async function fill(db: Database, into: Kept): Promise<void> {
  into.changedAt = await lastChange(db)
  into.upTo = await numberBefore(db, MOST_PAPERS)
  await readOn(db, into)
}

async function refresh(db: Database, known: Kept, now: Date): Promise<void> {
  if ((await horizon(db)) > known.upTo) await readOn(db, known)
  if (Math.abs(now.getTime() - known.askedAt.getTime()) < KEPT_MS) return
  known.askedAt = now
  const changedAt = await lastChange(db)
  const { papers, gone } = await changesSince(db, new Date((known.changedAt ?? now).getTime() - OVERLAP_MS))
  await take(known.archive.index, papers)
  for (const id of gone) known.archive.index.remove(id)
  known.changedAt = changedAt
}

async function readOn(db: Database, into: Kept): Promise<void> {
  const upTo = await horizon(db)
  for (;;) {
    const papers = await papersAfter(db, { after: into.upTo, most: AT_ONCE })
    await take(into.archive.index, papers)
    into.upTo = papers.length < AT_ONCE ? Math.max(upTo, papers.at(-1)?.id ?? 0) : papers.at(-1)!.id
    if (papers.length < AT_ONCE) return
  }
}

async function take(index: PaperIndex, papers: readonly Paper[]): Promise<void> {
  const cut = []
  for (const [i, paper] of papers.entries()) {
    if (i % IN_ONE_TURN === 0) await setImmediate()
    cut.push(index.cut(paper))
  }
  if (cut.length > 0) index.take(cut)
}
