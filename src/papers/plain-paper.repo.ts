import { setImmediate } from 'node:timers/promises'
import type { Database } from '../core/database/database.ts'
import { papersById } from './paper.repo.ts'
import { PLAIN_VERSION, plainFingerprint, storedPlainOf } from './plain-paper.ts'

// SQL by hand: bulk writes.

/** How many papers are read at a time, in some 25 ms. */
const PAPERS_PER_STEP = 20

/** Makes and stores what is missing or outdated of the newest papers, up to `limit`. Returns how many there were. */
export async function storePlainPapers(
  db: Database,
  { now, limit }: { now: Date; limit: number },
): Promise<number> {
  const outdated = await db.$queryRaw<{ id: number }[]>`
    select p.id from paper p where withdrawn_at is null and not exists (
      select from plain_paper where paper_id = p.id and version >= ${PLAIN_VERSION} and made_at >= p.updated_at)
    order by first_day desc, p.id desc limit ${limit}::int`
  const ids = outdated.map(({ id }) => id)
  for (let from = 0; from < ids.length; from += PAPERS_PER_STEP) {
    await setImmediate()
    await storeSome(db, ids.slice(from, from + PAPERS_PER_STEP), now)
  }
  return ids.length
}

async function storeSome(db: Database, ids: readonly number[], now: Date): Promise<void> {
  const papers = await papersById(db, ids)
  const rows = papers.map((paper) => ({
    id: paper.id,
    fingerprint: plainFingerprint(paper),
    content: storedPlainOf(paper),
  }))
  // A paper may be gone by now.
  await db.$executeRaw`
    insert into plain_paper (paper_id, fingerprint, version, content, made_at)
    select id, r.fingerprint, ${PLAIN_VERSION}, r.content, greatest(${now}, updated_at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id int, fingerprint text, content jsonb)
    join paper using (id)
    on conflict (paper_id) do update set fingerprint = excluded.fingerprint, version = excluded.version,
      content = excluded.content, made_at = excluded.made_at`
}
