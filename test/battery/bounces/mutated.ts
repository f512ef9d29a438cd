import type { Database } from '../../../src/core/database/database.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { mutateReport } from '../content/mutated-reports.ts'
import { readReports } from '../content/reports.ts'
import { untilRead, withReturns } from './bench.ts'
import { BOMBS } from './bombs.ts'
import { type Brought, bring, type Coming } from './client.ts'
import { addReaders, BOUNCE_DOMAIN, type Reader } from './readers.ts'

const MAILS: Record<Profile, number> = { ci: 400, nightly: 10_000 }
/** Readers with reports; some emails also name bystanders, whom no report is about. */
const READERS = 200
const BYSTANDERS = 50
const MAX_GROWN_MB = 256
const MAX_DURATION_MS = 10_500
/** What is not let go ends the process; without a limit, Node lets garbage lie. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=8' }
const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g

/** A mutated report for a reader's token; some name a bystander as the failed recipient. */
function reportAt(
  n: number,
  from: readonly string[],
  readers: Reader[],
  bystanders: Reader[],
  random: () => number,
) {
  const { address, envelope } = readers[n % readers.length]!
  const bystander = bystanders[n % bystanders.length]!
  const mail = mutateReport(from[n % from.length]!, from, random)
  const named = random() < 0.3 ? bystander.address : random() < 0.5 ? address : undefined
  const raw = Buffer.from(named ? mail.replace(ADDRESS, named) : mail)
  const to = random() < 0.05 ? `fbl@${BOUNCE_DOMAIN}` : envelope
  return { to, raw }
}

/** Under which token each report came: it is forgotten once the report is read. */
async function noteRecipients(db: Database): Promise<void> {
  await db.$executeRaw`create table report_came (id int primary key, recipient text)`
  await db.$executeRaw`
    create function note_report() returns trigger language plpgsql as
    'begin insert into report_came values (new.id, new.recipient); return new; end'`
  await db.$executeRaw`
    create trigger note_report after insert on report for each row execute function note_report()`
}

/** Readers who were changed without a report under their token, and reports about another reader than their token's. */
async function wronglyDone(db: Database, readers: readonly Reader[]): Promise<string[]> {
  const changed = await db.subscriber.findMany({
    where: { state: { not: 'active' } },
    select: { id: true, addressKey: true, state: true },
  })
  const acted = await db.$queryRaw<{ subscriberId: string; recipient: string }[]>`
    select r.subscriber_id as "subscriberId", c.recipient
    from bounce r left join report_came c on c.id = r.report_id where r.effect not in ('nothing', 'elsewhere')`
  const envelopeOf = new Map(readers.map(({ subscriberId, envelope }) => [subscriberId, envelope]))
  const own = acted.filter(({ subscriberId, recipient }) => envelopeOf.get(subscriberId) === recipient)
  const byOwn = new Set(own.map(({ subscriberId }) => subscriberId))
  return [
    ...changed.filter(({ id }) => !byOwn.has(id)).map(({ addressKey, state }) => `${addressKey} is ${state}`),
    ...(own.length < acted.length ? [`${acted.length - own.length} acts under another token`] : []),
  ]
}

const everyFifth = <T>(all: readonly T[], isWanted: boolean): T[] =>
  all.filter((_, n) => (n % 5 === 0) === isWanted)

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const runMutated = (count: number) =>
  withReturns(async ({ db, ports, startWorker }) => {
    const chance = chanceOfRow()
    const random = chance.random()
    const from = readReports()
    const names = (what: string, many: number) =>
      Array.from({ length: many }, (_, n) => `${what}${n}@reader.example`)
    const readers = await addReaders(db, names('reader', READERS))
    const bystanders = await addReaders(db, names('bystander', BYSTANDERS))
    await noteRecipients(db)
    const worker = await startWorker({ settings: SETTINGS })
    const mails = Array.from({ length: count }, (_, n) => reportAt(n, from, readers, bystanders, random))
    for (const [n, { to, raw }] of mails.entries()) chance.record(`${n}, to ${to}: ${raw.toString('latin1')}`)
    const bombs = Object.values(BOMBS).map((make, n): Coming => ({ to: readers[n]!.envelope, raw: make() }))
    const bytes = [...mails, ...bombs].reduce((sum, { raw }) => sum + raw.length, 0)
    const brought = [
      ...(await Promise.all([
        bring(everyFifth(mails, true), { port: ports.smtp, channel: 'smtp', connections: 2 }),
        bring(everyFifth(mails, false), { port: ports.lmtp, channel: 'lmtp', connections: 4 }),
      ])),
      // As many at once as the listener accepts from one network. Each is held until it is in the database.
      await bring(bombs, { port: ports.lmtp, channel: 'lmtp', connections: 20 }),
    ]
    const countBrought = (of: (one: Brought) => number) => brought.reduce((sum, one) => sum + of(one), 0)
    await untilRead(db)
    const { restMb, peakMb, readMs } = await worker.end()
    const counts = await db.report.groupBy({ by: ['state'], _count: true })
    const countOf = (state: string) => counts.find((one) => one.state === state)?._count ?? 0
    return {
      ...{ bytes, from: from.length, readMs, restMb, grownMb: peakMb - restMb },
      refused: countBrought(({ refused }) => refused.length),
      again: countBrought(({ again }) => again),
      kept: await db.report.count(),
      read: countOf('read'),
      unreadable: countOf('unreadable'),
      dead: await db.bounce.count({ where: { class: 'dead' } }),
      otherwise: await db.bounce.count({ where: { class: { not: 'dead' } } }),
      suppressed: await db.subscriber.count({ where: { state: 'suppressed' } }),
      wrong: await wronglyDone(db, readers),
      untouched: BYSTANDERS - (await countTouched(db, bystanders)),
    }
  })

const countTouched = (db: Database, readers: readonly Reader[]): Promise<number> =>
  db.subscriber.count({
    where: { id: { in: readers.map(({ subscriberId }) => subscriberId) }, state: { not: 'active' } },
  })

export const mutated: BatteryCase = {
  name: 'bounces-fuzzed',
  long: true,
  fault: `mutated reports under valid tokens, and ${Object.keys(BOMBS).length} emails made to break a parser, through the listeners`,
  invariant:
    'no crash; each ends read or unreadable; a reader is changed only by a report under their own token; < 256 MB more',
  run: async (profile) => {
    const count = MAILS[profile]
    const seen = await runMutated(count)
    const { readMs, kept, read, unreadable, wrong, untouched, grownMb, refused, again, dead, otherwise } =
      seen
    const slowest = readMs.at(-1) ?? 0
    return {
      ok:
        refused + again === 0 &&
        // Those that are alike to the byte, for one token, are one.
        kept > count * 0.95 &&
        read + unreadable === kept &&
        Math.min(dead, otherwise) > count * 0.05 &&
        wrong.length === 0 &&
        untouched === BYSTANDERS &&
        grownMb < MAX_GROWN_MB &&
        slowest < MAX_DURATION_MS,
      n: `${count} emails made of ${seen.from}, and ${Object.keys(BOMBS).length} bombs, ${(seen.bytes / 1e6).toFixed(0)} MB`,
      result: [
        `read ${read}, unreadable ${unreadable}, refused ${refused}, brought again ${again}`,
        `${dead} say dead, suppressed ${seen.suppressed} of ${READERS}, wrong ${wrong.length}${wrong.length > 0 ? ` (${wrong.slice(0, 3).join('; ')})` : ''}`,
        `reading p50 ${percentile(readMs, 0.5)} ms, p99 ${percentile(readMs, 0.99)} ms, at most ${slowest} ms`,
        `${grownMb} MB above ${seen.restMb} MB at rest`,
      ].join('; '),
    }
  },
}
