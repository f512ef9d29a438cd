import type { Database } from '../../core/database/database.ts'
import { addDays, type Day, dayOf, localDayOf, midnight } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { MessageState } from '../message.ts'

// SQL by hand: reports.

export interface MailOutcome {
  id: string
  state: MessageState
  /** The reason if it was skipped, refused or given up. */
  reason: string | null
  ended: boolean
  acceptedAt: Date | null
}

/** The outcome of one local date on which a digest was due or a welcome was enqueued. */
export interface Receipt {
  localDate: Day
  /** rescheduled: missed, but only due because of a change made after its hour. */
  outcome: 'due' | 'planned' | 'nothing_matched' | 'paused' | 'missed' | 'rescheduled' | 'welcome'
  papers: number
  /** The message's id; null if it has no message. */
  messageId: string | null
  mail: MailOutcome | null
  /** The no-matches email that was sent with it. */
  note: MailOutcome | null
  kept: boolean
}

/** The receipts of a subscriber since a date, newest first. */
export async function receiptsSince(
  db: Database,
  { id, zone }: { id: string; zone: string },
  since: Day,
): Promise<Receipt[]> {
  const mails = await mailsSince(db, id, since)
  const welcomes = mails.flatMap((mail) => (mail.kind === 'welcome' ? welcomeReceipt(mail, zone) : []))
  const all = [...(await digestReceipts(db, { id, since, mails })), ...welcomes]
  return all
    .filter(({ localDate }) => localDate >= since)
    .sort((one, other) => other.localDate.localeCompare(one.localDate))
}

interface MailRow extends MailOutcome {
  kind: string
  dedupe: string
  digestId: number | null
  datedAt: Date
  /** The zone of a welcome, while its content is kept. */
  zone: string | null
  papers: number
  /** The papers of a welcome can still be shown. */
  kept: boolean
}

function mailsSince(db: Database, subscriberId: string, since: Day): Promise<MailRow[]> {
  return db.$queryRaw<MailRow[]>`
    select m.id, m.kind, m.dedupe, m.digest_id as "digestId", m.dated_at as "datedAt", m.state::text, m.reason,
      m.next_try >= m.deadline as ended,
      (select min(a.at) from acceptance a where a.message_id = m.id and a.local_date = m.local_date) as "acceptedAt",
      m.content ->> 'zone' as zone, coalesce(jsonb_array_length(m.content -> 'papers'), 0) as papers,
      coalesce(m.content -> 'content' ? 'sections', false) as kept
    from message m
    where m.subscriber_id = ${subscriberId} and m.kind in ('digest', 'note', 'welcome')
      and m.dated_at >= ${midnight(addDays(since, -1))}`
}

async function digestReceipts(
  db: Database,
  { id, since, mails }: { id: string; since: Day; mails: readonly MailRow[] },
): Promise<Receipt[]> {
  type Row = Pick<Receipt, 'outcome' | 'papers' | 'kept'> & { id: number; localDate: Date }
  const rows = await db.$queryRaw<Row[]>`
    select d.id, d.local_date as "localDate", cardinality(d.papers) as papers,
      case when d.outcome = 'missed' and stood.otherwise then 'rescheduled' else d.outcome::text end as outcome,
      d.content is not null and d.content <> '{}' as kept
    from digest d join plan p on p.id = d.plan_id
    -- The first change after its hour tells what stood at its hour.
    left join lateral (
      select (c.before ->> 'startDate')::date > d.local_date
        or c.before -> 'zone' <> to_jsonb(p.zone) or c.before -> 'hour' <> to_jsonb(p.hour)
        or c.before -> 'days' <> to_jsonb(string_to_array(p.days, ',')) as otherwise
      from change c where c.subscriber_id = d.subscriber_id and c.at > d.due_at order by c.id limit 1) stood on true
    where d.subscriber_id = ${id} and d.local_date >= ${since}::date`
  return rows.map(({ id: digestId, localDate: date, ...row }) => {
    const localDate = dayOf(date)
    const mail = mails.find((one) => one.digestId === digestId)
    const note = mails.find(({ kind, dedupe }) => kind === 'note' && dedupe === `${id}:${localDate}`)
    return {
      ...row,
      localDate,
      messageId: mail?.id ?? null,
      mail: mailOutcomeOf(mail),
      note: mailOutcomeOf(note),
    }
  })
}

function welcomeReceipt(mail: MailRow, zone: string): Receipt {
  const localDate = localDayOf(mail.datedAt, mail.zone ?? zone)
  const { id: messageId, papers, kept } = mail
  return {
    localDate,
    outcome: 'welcome',
    papers,
    messageId,
    mail: mailOutcomeOf(mail),
    note: null,
    kept,
  }
}

const mailOutcomeOf = (mail: MailRow | undefined): MailOutcome | null =>
  mail
    ? { id: mail.id, state: mail.state, reason: mail.reason, ended: mail.ended, acceptedAt: mail.acceptedAt }
    : null

/** One subscriber for whom something was due on a date, and the outcome. */
interface DayTotalsEntry {
  id: number
  subscriberId: string
  /** Null once the subscriber is erased. */
  address: string | null
  outcome: string
  messageId: string | null
  state: MessageState | null
  reason: string | null
}

// As the day totals count them.
const COLUMN_CONDITIONS = {
  due: Prisma.sql`true`,
  nothingMatched: Prisma.sql`d.outcome = 'nothing_matched'`,
  paused: Prisma.sql`d.outcome = 'paused'`,
  missed: Prisma.sql`d.outcome = 'missed'`,
  planned: Prisma.sql`d.outcome = 'planned'`,
  accepted: Prisma.sql`m.state = 'accepted'`,
  refused: Prisma.sql`m.state = 'refused'`,
  gaveUp: Prisma.sql`m.state = 'gave_up'`,
  skipped: Prisma.sql`m.state = 'skipped'`,
  uncertain: Prisma.sql`m.state = 'uncertain' and m.next_try >= m.deadline`,
  open: Prisma.sql`(m.state in ('ready', 'taken', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))`,
}

export type DayTotalsColumn = keyof typeof COLUMN_CONDITIONS
export const DAY_TOTALS_COLUMNS = Object.keys(COLUMN_CONDITIONS) as DayTotalsColumn[]

/** The subscribers counted in a column of the day totals, `most` of them after the digest with id `after`. */
export const dayTotalsEntries = (
  db: Database,
  { date, column, most, after }: { date: Day; column: DayTotalsColumn; most: number; after: number },
): Promise<DayTotalsEntry[]> => db.$queryRaw<DayTotalsEntry[]>`
  select d.id, d.subscriber_id as "subscriberId", s.address, d.outcome::text, m.id as "messageId", m.state::text,
    m.reason
  from digest d join subscriber s on s.id = d.subscriber_id
    left join message m on m.digest_id = d.id and m.local_date = d.local_date
  where d.local_date = ${date}::date and d.id > ${after} and ${COLUMN_CONDITIONS[column]} order by d.id limit ${most}`
