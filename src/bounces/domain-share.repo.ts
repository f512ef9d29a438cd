import type { DatabaseOrTransaction } from '../core/database/database.ts'

/** Bounces of one domain. */
export interface DomainShare {
  /** Number of subscribers with a bounce: one person who forges reports counts once. */
  people: number
  /** The server's reply in the newest bounce. */
  reply: string
  /**
   * Number of emails that our server accepted for the domain in that time; counting stops once the number is large
   * enough.
   */
  mails: number
}

/**
 * The share of email to a domain that bounced since an instant because of the domain's policy or a problem on our side.
 */
export async function bounceShareOfDomain(
  db: DatabaseOrTransaction,
  { domain, from, mailsFrom, perCent }: { domain: string; from: Date; mailsFrom: Date; perCent: number },
): Promise<DomainShare> {
  const [bounced] = await db.$queryRaw<[{ people: number; reply: string | null }]>`
    select count(distinct b.subscriber_id)::int as people, (array_agg(b.reply order by b.at desc))[1] as reply
    from bounce b
    where b.domain = ${domain} and b.at > ${from} and b.class in ('policy', 'ours') and b.message_id is not null`
  const { people, reply } = bounced
  const most = Math.ceil((people * 100) / perCent) + 1
  const [sent] = await db.$queryRaw<[{ mails: number }]>`
    select count(*)::int as mails from (
      select from acceptance a join message m on m.id = a.message_id
      where a.at >= ${mailsFrom} and lower(split_part(m.to_address, '@', 2)) = ${domain}
      order by a.at desc limit ${most}) taken`
  return { people, reply: reply ?? '', mails: sent.mails }
}
