import type { DatabaseOrTransaction } from '../core/database/database.ts'

/** What a domain sent back. */
export interface DomainShare {
  /** To how many people: whoever makes reports up has one. */
  people: number
  /** Of the last one. */
  said: string
  /** How many mails our server took for it in that time; counted no further than would matter. */
  mails: number
}

/** How much of the mail to a domain came back from an instant on for what it wants or for something of ours. */
export async function bounceShareOfDomain(
  db: DatabaseOrTransaction,
  { domain, from, mailsFrom, perCent }: { domain: string; from: Date; mailsFrom: Date; perCent: number },
): Promise<DomainShare> {
  const [returned] = await db.$queryRaw<[{ people: number; said: string | null }]>`
    select count(distinct r.subscriber_id)::int as people, (array_agg(r.answer order by r.at desc))[1] as said
    from returned r
    where r.domain = ${domain} and r.at > ${from} and r.class in ('policy', 'ours') and r.message_id is not null`
  const { people, said } = returned
  const most = Math.ceil((people * 100) / perCent) + 1
  const [sent] = await db.$queryRaw<[{ mails: number }]>`
    select count(*)::int as mails from (
      select from acceptance a join message m on m.id = a.message_id
      where a.at >= ${mailsFrom} and lower(split_part(m.to_address, '@', 2)) = ${domain}
      order by a.at desc limit ${most}) taken`
  return { people, said: said ?? '', mails: sent.mails }
}
