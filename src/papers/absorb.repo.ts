import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { NumberedChange } from './stored-paper.repo.ts'

/**
 * Moves everything that refers to absorbed papers to the papers that absorb them, which exist already, and deletes the
 * absorbed papers. Digests keep the id of an absorbed paper; it leads to the paper that absorbed it.
 */
export async function absorb(tx: DatabaseOrTransaction, changes: readonly NumberedChange[]): Promise<void> {
  const pairs = changes.flatMap(({ id, absorbed }) => absorbed.map((gone) => ({ gone, stays: id })))
  if (pairs.length === 0) return
  const moves = JSON.stringify(pairs)
  await tx.$executeRaw`
    update paper_key set paper_id = move.stays
    from jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) where paper_id = move.gone`
  await moveListings(tx, moves)
  await tx.$executeRaw`
    update paper_history set paper_id = move.stays
    from jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) where paper_id = move.gone`
  await tx.paper.deleteMany({ where: { id: { in: pairs.map(({ gone }) => gone) } } })
  await tx.paperKey.createMany({
    data: pairs.map(({ gone, stays }) => ({ scheme: 'id', value: String(gone), paperId: stays })),
  })
}

const moveListings = (tx: DatabaseOrTransaction, moves: string) => tx.$executeRaw`
  insert into listing (source, day, paper_id, kind, votes, comments, first_seen, updated_at)
  select source, day, move.stays, min(kind), max(votes), max(comments), min(first_seen), max(updated_at)
  from listing join jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) on paper_id = move.gone
  group by source, day, move.stays
  on conflict (source, day, paper_id) do update set kind = least(listing.kind, excluded.kind),
    votes = greatest(listing.votes, excluded.votes), comments = greatest(listing.comments, excluded.comments)`
