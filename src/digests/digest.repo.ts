import { type Database, jsonTexts } from '../core/database/database.ts'
import { type Day, midnight } from '../core/dates.ts'
import { topicNames } from '../queries/language/topic-name.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { DigestContent } from './digest-content.ts'
import { openStoredContent, openStoredContents, type StoredContent } from './stored-content.repo.ts'

/** The fields of a topic that a digest uses. */
export interface DigestTopic {
  id: number
  /** As it is shown within a sentence. */
  name: string
  queryId: number
  /** The text of its query; absent: its name is known. */
  query?: string
}

/** A subscriber as a digest sees them. */
export interface Recipient {
  subscriberId: string
  /** Whether they are paused now. */
  paused: boolean
  /** They chose one day of the week. */
  weekly: boolean
  maxPapers: number
  /** Whether they want papers that come close; absent: no. */
  related?: boolean
  confirmedAt: Date | null
  /** When an import added them; null or absent for other subscribers. */
  importedAt?: Date | null
  /** In the subscriber's order. */
  topics: DigestTopic[]
}

/** The fields of a digest and its subscriber that decide which ranks it needs. */
export interface NextDigest extends Omit<Recipient, 'weekly' | 'maxPapers' | 'topics'> {
  id: number
  topics: TopicQuery[]
}

/** A topic without its name, which takes time to read from a query. */
export type TopicQuery = Omit<DigestTopic, 'name'>

/**
 * A report: the next unfilled digests of a plan, by id after `after`, without those that another planner fills now. They
 * are locked only to find out, so two planners may get the same ones.
 */
export const nextDueDigests = (
  db: Database,
  { planId, after, most }: { planId: number; after: number; most: number },
): Promise<NextDigest[]> =>
  db.$queryRaw<NextDigest[]>`
    select d.id, s.id as "subscriberId", s.state = 'paused' as paused, s.related,
      s.confirmed_at as "confirmedAt", s.imported_at as "importedAt", (
        select coalesce(json_agg(json_build_object('id', t.id, 'queryId', q.id, 'query', q.text)), '[]')
        from topic t join query q on q.id = t.query_id where subscriber_id = s.id) as topics
    from digest d join subscriber s on s.id = d.subscriber_id
    where d.plan_id = ${planId} and d.outcome = 'due' and d.id > ${after}
    order by d.id limit ${most}
    for key share of d skip locked`

export interface DueDigest extends Recipient {
  id: number
  /** Null if the subscriber was erased since. */
  address: string | null
  format: MailFormat
  detail: MailDetail
  epoch: number
}

/**
 * A claim: locks those of the digests that are unfilled, and their subscribers, until the transaction ends. So no other
 * process fills these or another digest of the same subscribers, and none of them is erased before the message is
 * written. Digests that another planner has locked are skipped.
 */
export async function takeDueDigests(tx: Database, ids: readonly number[]): Promise<DueDigest[]> {
  const due = await tx.$queryRaw<(DueDigest & { topics: TopicRow[] })[]>`
    select d.id, s.id as "subscriberId", s.address, s.format::text, s.detail::text, s.epoch,
      s.state = 'paused' as paused, cardinality(s.days) = 1 as weekly, s.max_papers as "maxPapers", s.related,
      s.confirmed_at as "confirmedAt", s.imported_at as "importedAt", (
        select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'queryId', q.id, 'query', q.text)
          order by position), '[]')
        from topic t join query q on q.id = t.query_id where subscriber_id = s.id) as topics
    from digest d join subscriber s on s.id = d.subscriber_id
    where d.id = any(${[...ids]}::int[]) and d.outcome = 'due'
    order by d.id
    for update of d skip locked for no key update of s`
  return due.map((digest) => ({ ...digest, topics: namedTopics(digest.topics) }))
}

type TopicRow = DigestTopic & { query: string }

/** Most names are not shown, and reading one from a query takes time. */
function namedTopics(rows: readonly TopicRow[]): DigestTopic[] {
  let names: string[] | undefined
  return rows.map(({ id, queryId, query }, i) => ({
    id,
    queryId,
    query,
    get name() {
      names ??= topicNames(rows)
      return names[i]!
    },
  }))
}

/** The subscriber as a digest would see them; null if they do not exist. */
export async function recipientOf(db: Database, subscriberId: string): Promise<Recipient | null> {
  const row = await db.subscriber.findUnique({
    where: { id: subscriberId },
    include: { topics: { orderBy: { position: 'asc' }, include: { query: true } } },
  })
  if (!row) return null
  const topics = row.topics.map(({ query, ...topic }) => ({ ...topic, query: query.text }))
  const { state, days, maxPapers, related, confirmedAt, importedAt } = row
  return {
    subscriberId,
    paused: state === 'paused',
    weekly: days.length === 1,
    maxPapers,
    related,
    confirmedAt,
    importedAt,
    topics: namedTopics(topics),
  }
}

/** What a digest that was planned for a date shows; null if there is none, or no papers. */
export async function plannedContent(
  db: Database,
  { subscriberId, localDate }: { subscriberId: string; localDate: Day },
): Promise<{ content: DigestContent; matched: number } | null> {
  const found = await db.digest.findFirst({
    where: { subscriberId, localDate: midnight(localDate), outcome: 'planned' },
    select: { content: true, matched: true },
  })
  const content = await openStoredContent(db, found?.content)
  return found && content && { content, matched: found.matched }
}

/** What a digest considered and shows. */
export interface DigestDraft {
  fromPaper: number
  toPaper: number
  /** The highest id of the papers' history that was considered. */
  toHistory: number
  bestDay: Day | null
  /** The papers shown, in order. */
  papers: number[]
  /** How many matched, shown or beyond the cap. */
  matched: number
  /** Null if nothing matched or came close. */
  content: DigestContent | null
}

/** The outcome of a due digest. A paused one considers no papers. */
export type FilledDigest = { id: number } & (
  | { outcome: 'paused' }
  | ({ outcome: 'planned' | 'nothing_matched'; content: StoredContent | null } & Omit<DigestDraft, 'content'>)
)

/** A bulk write: fills digests that this transaction has locked. */
export async function fillDigests(tx: Database, fillings: readonly FilledDigest[]): Promise<void> {
  const drafts = fillings.map((one) => (one.outcome === 'paused' ? undefined : one))
  const columns = {
    ids: fillings.map(({ id }) => id),
    outcomes: fillings.map(({ outcome }) => outcome),
    fromPapers: drafts.map((draft) => draft?.fromPaper ?? null),
    toPapers: drafts.map((draft) => draft?.toPaper ?? null),
    toHistories: drafts.map((draft) => draft?.toHistory ?? null),
    bestDays: drafts.map((draft) => draft?.bestDay ?? null),
    papers: drafts.map((draft) => `{${draft?.papers.join() ?? ''}}`),
    matched: drafts.map((draft) => draft?.matched ?? 0),
    contents: jsonTexts(drafts.map((draft) => draft?.content ?? null)),
  }
  // The range leads to the few rows by index, also while the statistics still know a smaller table.
  const [first, last] = [Math.min(...columns.ids), Math.max(...columns.ids)]
  await tx.$executeRaw`
    update digest d set outcome = w.outcome::digest_outcome, from_paper = w.from_paper, to_paper = w.to_paper,
      to_history = w.to_history, best_day = w.best_day::date, papers = w.papers::int[], matched = w.matched,
      content = w.content::jsonb
    from unnest(${columns.ids}::int[], ${columns.outcomes}::text[], ${columns.fromPapers}::int[],
      ${columns.toPapers}::int[], ${columns.toHistories}::int[], ${columns.bestDays}::text[], ${columns.papers}::text[],
      ${columns.matched}::int[], ${columns.contents}::text[])
      as w(id, outcome, from_paper, to_paper, to_history, best_day, papers, matched, content)
    where d.id = w.id and d.id between ${first} and ${last}`
}

/** The papers in an email, and what its links were signed with. */
export interface MailedContent {
  content: DigestContent
  datedAt: Date
  secretId: string
}

/**
 * The papers in the email of a digest or a welcome; null for an email without any, and once the content is deleted.
 * With `subscriberId`, also null for an email to someone else.
 */
export async function mailedContent(
  db: Database,
  { messageId, subscriberId }: { messageId: string; subscriberId?: string },
): Promise<MailedContent | null> {
  const row = await db.message.findFirst({
    where: { id: messageId, subscriberId },
    select: { content: true, datedAt: true, secretId: true, digest: { select: { content: true } } },
  })
  const own = row?.content as { content?: unknown } | null | undefined
  const content = await openStoredContent(db, row?.digest?.content ?? own?.content)
  return row && content && { content, datedAt: row.datedAt, secretId: row.secretId }
}

/** Every digest of a subscriber, complete, oldest first. */
export async function digestsOf(db: Database, subscriberId: string) {
  const digests = await db.digest.findMany({
    where: { subscriberId },
    omit: { subscriberId: true, planId: true },
    orderBy: { id: 'asc' },
  })
  const contents = await openStoredContents(
    db,
    digests.map(({ content }) => content),
  )
  return digests.map((digest, i) => ({ ...digest, content: contents[i]! }))
}

/** A subscriber's digest of a date with its plan and the id of its message; null if none was opened. */
export async function digestOn(
  db: Database,
  { subscriberId, localDate }: { subscriberId: string; localDate: Day },
) {
  const digest = await db.digest.findUnique({
    where: { subscriberId_localDate: { subscriberId, localDate: midnight(localDate) } },
    include: { plan: true, message: { select: { id: true } } },
  })
  return digest && { ...digest, content: await openStoredContent(db, digest.content) }
}

/** A subscriber's newest digest with a paper, which had one of these ids; null if no digest had it. */
export async function newestDigestWith(
  db: Database,
  { subscriberId, paperIds }: { subscriberId: string; paperIds: number[] },
): Promise<{ localDate: Date; messageId: string } | null> {
  const found = await db.digest.findFirst({
    where: { subscriberId, papers: { hasSome: paperIds }, message: { isNot: null } },
    orderBy: { localDate: 'desc' },
    select: { localDate: true, message: { select: { id: true } } },
  })
  return found && { localDate: found.localDate, messageId: found.message!.id }
}

/** The ranges and papers of a subscriber's digests before a date, newest first. */
export const digestsBefore = (
  db: Database,
  { subscriberId, localDate }: { subscriberId: string; localDate: Day },
) =>
  db.digest.findMany({
    where: { subscriberId, localDate: { lt: midnight(localDate) }, toPaper: { not: null } },
    select: { localDate: true, fromPaper: true, toPaper: true, papers: true },
    orderBy: { localDate: 'desc' },
  })

/** Counts digests of dates before `before` that have no message. */
export const countOldDigests = (db: Database, before: Day): Promise<number> =>
  db.digest.count({ where: { localDate: { lt: midnight(before) }, message: null } })

/** A bulk write: deletes up to `most` of them; returns how many. */
export function deleteOldDigests(
  db: Database,
  { before, most }: { before: Day; most: number },
): Promise<number> {
  return db.$executeRaw`
    with old as (
      select d.id, d.local_date from digest d
      where d.local_date < ${before}::date
        and exists (select from day_totals t where t.local_date = d.local_date and t.counts is not null)
        and not exists (select from message m where m.digest_id = d.id and m.local_date = d.local_date)
      order by d.local_date limit ${most} for update skip locked)
    delete from digest using old where digest.id = old.id and digest.local_date = old.local_date`
}

/** Deletes the plans before `before` that have no digests left. */
export async function deleteOldPlans(db: Database, before: Day): Promise<number> {
  const where = { localDate: { lt: midnight(before) }, closedAt: { not: null }, digests: { none: {} } }
  return (await db.plan.deleteMany({ where })).count
}
