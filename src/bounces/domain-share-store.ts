import type { DatabaseOrTransaction } from '../platform/database.ts'

/** What a domain sent back in a day. */
export interface DomainShare {
  domain: string
  /** Returns about us or the mail, and what the last one said. */
  returned: number
  said: string
  /** Mails to it that our server took in that day. */
  mails: number
}

/**
 * Of those domains, which returned at least `least` mails for what they want or for something of ours from an instant
 * on; with how many mails went there. Only then are mails counted.
 */
export const returnedByDomain = (
  db: DatabaseOrTransaction,
  { domains, from, least }: { domains: readonly string[]; from: Date; least: number },
): Promise<DomainShare[]> => db.$queryRaw<DomainShare[]>`
  with much as (
    select r.domain, count(*)::int as returned, (array_agg(r.answer order by r.at desc))[1] as said
    from returned r
    where r.domain = any(${[...domains]}) and r.class in ('policy', 'ours') and r.message_id is not null
      and r.at >= ${from}
    group by r.domain having count(*) >= ${least}::int
  )
  select much.*, (
    select count(*)::int from acceptance a join message m on m.id = a.message_id
    where a.at >= ${from} and lower(split_part(m.to_address, '@', 2)) = much.domain) as mails
  from much`
