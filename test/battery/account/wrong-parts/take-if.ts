import type { Database } from '../../../../src/core/database/database.ts'
import type { Prisma } from '../../../../src/generated/prisma/client.ts'
import type { TakeInput, TakeResult } from '../../../../src/mail/outbox/message.repo.ts'

export type Take = (db: Database, input: TakeInput) => Promise<TakeResult>

/**
 * Takes messages as the program does, and checks only `condition` on message m and subscriber s. Returns no
 * messages if none is left.
 */
export async function takeIf(
  db: Database,
  { batch, owner, now, limit }: TakeInput,
  condition: Prisma.Sql,
): Promise<TakeResult> {
  const taken = await db.$queryRaw<TakeResult['taken']>`
    with picked as (
      select m.id from message m join batch b on b.id = m.batch_id join subscriber s on s.id = m.subscriber_id
      where b.id = ${batch} and b.owner = ${owner} and b.lease_until > now() and m.next_try <= ${now}
        and m.state in ('ready', 'deferred') and m.to_address is not null and ${condition}
      order by m.next_try, m.id limit ${limit} for update of m skip locked
    )
    update message m set state = 'taken', attempts = m.attempts + 1, taken_at = ${now}, taken_by = ${owner}
    from picked where m.id = picked.id
    returning m.id, m.local_date::text as "localDate", m.batch_id as "batchId", m.kind, m.subscriber_id as "subscriberId", m.digest_id as "digestId",
      m.to_address as "toAddress", m.secret_id as "secretId", m.content, m.dated_at as "datedAt", m.deadline,
      m.attempts, false as "uncertainBefore", (select d.content from digest d where d.id = m.digest_id) as "digestContent"`
  return { taken, ended: [] }
}
