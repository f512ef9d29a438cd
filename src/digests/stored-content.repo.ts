// Many subscribers get the same paper with the same reason: the contents of their digests refer to one copy of it.
// SQL by hand: bulk writes.
import { createHash } from 'node:crypto'
import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { LruCache } from '../core/lru-cache.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { type Addition, type ShownPaper, sharedPaper, withAddition } from '../queries/reasons/shown-paper.ts'
import type { DigestContent, DigestSection } from './digest-content.ts'

/** The paper itself, or its id in `shown_paper`, with what was added to it. */
type StoredPaper = ShownPaper | string | [id: string, addition: Addition]

export type StoredContent = Omit<DigestContent, 'sections'> & {
  sections: (Omit<DigestSection, 'papers'> & { papers: StoredPaper[] })[]
}

const ID_BYTES = 12

/** Equal for papers with equal content, which different queries may give. */
const contentId = memoizeByObject((paper: ShownPaper) =>
  createHash('sha256').update(JSON.stringify(paper)).digest().toString('base64url', 0, ID_BYTES),
)

/** Number of ids that are kept, some 50 bytes each. A paper whose id was forgotten is stored once more. */
const MAX_IDS = 500_000

/** Ids of papers of a run: those that a digest of a date shows, and those that are stored for it. */
export class SharedPapers {
  readonly shown = new Set<string>()
  readonly saved: Set<string>

  constructor(saved = new Set<string>()) {
    this.saved = saved
  }

  /** For digests that were not stored: composed again, they must not count twice. */
  forRetry(): SharedPapers {
    return new SharedPapers(this.saved)
  }
}

/**
 * The contents of digests of a date as they are stored, in the same order. A paper that several of them show is saved,
 * by itself and without what was added to it, such as the name of a topic: use it before the transaction that stores the
 * digests. It then belongs to none of the subscribers and is pruned with its date. A paper of one digest stays in it,
 * so that it is erased with it.
 */
export async function storedContents(
  db: Database,
  contents: readonly (DigestContent | null)[],
  { localDate, shared: { shown, saved } }: { localDate: Day; shared: SharedPapers },
): Promise<(StoredContent | null)[]> {
  for (const ids of [shown, saved]) if (ids.size > MAX_IDS) ids.clear()
  const toSave = new Map<string, ShownPaper>()
  for (const section of contents.flatMap((content) => content?.sections ?? []))
    for (const paper of section.papers.map(sharedPaper)) {
      const id = contentId(paper)
      if (shown.has(id) && !saved.has(id)) toSave.set(id, paper)
      shown.add(id)
    }
  await saveShownPapers(db, localDate, toSave)
  for (const id of toSave.keys()) saved.add(id)
  const stored = (paper: ShownPaper): StoredPaper => {
    const shared = sharedPaper(paper)
    const id = contentId(shared)
    if (!saved.has(id)) return paper
    const { also, rising, closeTo } = paper
    return shared === paper ? id : [id, { also, rising, closeTo }]
  }
  return contents.map(
    (content) =>
      content && {
        ...content,
        sections: content.sections.map((section) => ({ ...section, papers: section.papers.map(stored) })),
      },
  )
}

async function saveShownPapers(
  db: Database,
  localDate: Day,
  papers: ReadonlyMap<string, ShownPaper>,
): Promise<void> {
  if (papers.size === 0) return
  // Sorted, so that two planners that save the same papers cannot deadlock.
  const ids = [...papers.keys()].sort()
  const contents = ids.map((id) => JSON.stringify(papers.get(id)))
  await db.$executeRaw`
    insert into shown_paper as s (id, local_date, content)
    select id, ${localDate}::date, content::jsonb
    from unnest(${ids}::text[], ${contents}::text[]) as w(id, content)
    on conflict (id) do update set local_date = excluded.local_date where s.local_date < excluded.local_date`
}

/** An email keeps a rendered paper as long as its object: some 10 kB each. */
const MAX_LOADED = 5000
const loaded = new LruCache<string, ShownPaper>(MAX_LOADED)

/**
 * Contents as they were composed, in the same order; null for one without papers, or whose papers are gone. The
 * `sharedPaper` of equal papers is the same object, also between calls.
 */
export async function openStoredContents(
  db: Database,
  stored: readonly unknown[],
): Promise<(DigestContent | null)[]> {
  const contents = stored.map(storedContent)
  const papers = contents.flatMap((content) => content?.sections.flatMap((section) => section.papers) ?? [])
  const byId = await shownPapers(db, new Set(papers.flatMap((paper) => idOf(paper) ?? [])))
  return contents.map((content) => content && openContent(content, byId))
}

/** See openStoredContents. */
export const openStoredContent = async (db: Database, stored: unknown): Promise<DigestContent | null> =>
  (await openStoredContents(db, [stored]))[0]!

const storedContent = (content: unknown): StoredContent | null =>
  (content as StoredContent | null | undefined)?.sections ? (content as StoredContent) : null

const idOf = (paper: StoredPaper): string | undefined =>
  typeof paper === 'string' ? paper : Array.isArray(paper) ? paper[0] : undefined

async function shownPapers(db: Database, ids: ReadonlySet<string>): Promise<Map<string, ShownPaper>> {
  const known = [...ids].flatMap((id) => {
    const paper = loaded.get(id)
    return paper ? [[id, paper] as const] : []
  })
  const byId = new Map(known)
  const missing = [...ids].filter((id) => !byId.has(id))
  if (missing.length === 0) return byId
  const rows = await db.shownPaper.findMany({
    where: { id: { in: missing } },
    select: { id: true, content: true },
  })
  for (const { id, content } of rows)
    byId.set(id, loaded.get(id) ?? loaded.set(id, content as unknown as ShownPaper))
  return byId
}

function openContent(stored: StoredContent, byId: ReadonlyMap<string, ShownPaper>): DigestContent | null {
  const sections: DigestSection[] = []
  for (const section of stored.sections) {
    const papers = section.papers.map((paper) => openPaper(paper, byId))
    if (!papers.every((paper) => paper !== undefined)) return null
    sections.push({ ...section, papers })
  }
  return { ...stored, sections }
}

function openPaper(stored: StoredPaper, byId: ReadonlyMap<string, ShownPaper>): ShownPaper | undefined {
  const id = idOf(stored)
  if (id === undefined) return stored as ShownPaper
  const paper = byId.get(id)
  return paper && Array.isArray(stored) ? withAddition(paper, stored[1]) : paper
}

/** Deletes papers of dates before `before` that have no digests left. */
export function deleteOldShownPapers(db: Database, before: Day): Promise<number> {
  return db.$executeRaw`
    delete from shown_paper s where s.local_date < ${before}::date
      and not exists (select from digest d where d.local_date = s.local_date)`
}
