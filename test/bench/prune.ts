// What a year weighs, and what prune takes away: npm run bench -- prune [--subscribers 300] [--days 365] [--keep 90] [--json]
// Rows are as wide as real ones: the planner makes the digests of 60 subscribers on recorded days, and SQL repeats
// them for everybody on every weekday. Where a year is too much for the disk, fewer days are made and multiplied.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../src/config/config.ts'
import { monotonicMs, stoppedClock } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { addDays } from '../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { migrateDatabase } from '../../src/operator/operations/database.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { prune } from '../../src/operator/prune.ts'
import { importPapers } from '../../src/papers/import-papers.ts'
import { recordedDay, recordedDays } from '../support/recorded-days.ts'

const SAMPLES = 60
const TABLES = [
  'digest',
  'message',
  'acceptance',
  'attempt',
  'batch',
  'plan',
  'subscriber',
  'topic',
  'consent',
  'signup',
  'paper',
]
const GROWING = TABLES.slice(0, 6)
const QUERIES = [
  'language model',
  'agent OR reasoning',
  'video',
  'diffusion',
  'robot',
  'speech',
  'votes>=20',
  'basketball',
]
const LAST_DAY = '2026-11-24'
const WEEKDAYS_A_YEAR = 261
const MB = 1024 * 1024

interface Options {
  subscribers: number
  days: number
  keep: number
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '300' },
      days: { type: 'string', default: '365' },
      keep: { type: 'string', default: '90' },
      json: { type: 'boolean' },
    },
  })
  return { subscribers: Number(values.subscribers), days: Number(values.days), keep: Number(values.keep) }
}

export async function benchPrune(args: string[]): Promise<{ json: unknown; text: string }> {
  const options = optionsFrom(args)
  const folder = mkdtempSync(join(tmpdir(), 'bench-prune-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: postgres.url }), { log: silentLog })
  const client = new pg.Client({ connectionString: postgres.url })
  try {
    await client.connect()
    return await measure(deps, client, options)
  } finally {
    await client.end()
    await close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(deps: Deps, client: pg.Client, options: Options) {
  const making = monotonicMs()
  await makeSamples(deps)
  await client.query('set session_replication_role = replica') // no triggers: rows are written as they end up
  const weekdays = await makeYear(client, options)
  await client.query('set session_replication_role = origin')
  await client.query('analyze')
  const made = seconds(making)
  const before = await sizes(client)
  const config = { ...deps.config, KEEP_DAYS: options.keep }
  const clock = stoppedClock(new Date(`${LAST_DAY}T23:00:00Z`))
  const pruning = monotonicMs()
  const pruned = await prune({ ...deps, config, clock })
  const took = seconds(pruning)
  const after = await sizes(client)
  const vacuuming = monotonicMs()
  for (const name of GROWING) await client.query(`vacuum ${name}`)
  const vacuumTook = seconds(vacuuming)
  const vacuumed = await sizes(client)
  for (const name of GROWING) await client.query(`vacuum full ${name}`)
  const full = await sizes(client)
  const rows = TABLES.map((name) => [
    name,
    before[name]!.rows,
    after[name]!.rows,
    ...[before, after, vacuumed, full].map((at) => mb(at[name]!.bytes)),
  ])
  const sum = (at: Sizes, names = TABLES) => names.reduce((all, name) => all + at[name]!.bytes, 0)
  const year = (at: Sizes) => (sum(at, GROWING) * WEEKDAYS_A_YEAR) / weekdays
  const messages = before.message!.rows
  const json = {
    ...options,
    weekdays,
    madeSeconds: made,
    pruneSeconds: took,
    vacuumSeconds: vacuumTook,
    pruned,
    before,
    after,
    vacuumed,
    full,
  }
  const text = [
    `${options.subscribers} subscribers, ${options.days} days (${weekdays} weekdays), KEEP_DAYS ${options.keep}; made in ${made} s`,
    table(['table', 'rows', 'after prune', 'MB', 'after prune', 'after VACUUM', 'VACUUM FULL'], rows),
    `all: ${mb(sum(before))} MB, after prune ${mb(sum(after))}, after VACUUM ${mb(sum(vacuumed))}, VACUUM FULL ${mb(sum(full))}`,
    `a message with its digest: ${Math.round(sum(before, GROWING) / messages)} bytes`,
    `prune: ${took} s, ${Math.round((pruned.messages + pruned.digests) / Number(took))} rows of messages and digests a second; VACUUM: ${vacuumTook} s`,
    ...(weekdays < WEEKDAYS_A_YEAR - 5
      ? [
          `multiplied to ${WEEKDAYS_A_YEAR} weekdays: ${mb(year(before))} MB without prune, ${mb((year(before) * 90) / 365)} MB with 90 days kept`,
        ]
      : []),
  ].join('\n')
  return { json, text }
}

const seconds = (since: number): string => ((monotonicMs() - since) / 1000).toFixed(1)
const mb = (bytes: number): string => (bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)

/** Real digests of a few subscribers, handed over. */
async function makeSamples(deps: Deps): Promise<void> {
  await migrateDatabase(deps)
  const days = recordedDays('daily').slice(-6)
  const at = (day: string, hour: string) => ({
    ...deps,
    clock: stoppedClock(new Date(`${day}T${hour}:00:00Z`)),
  })
  const first = at(addDays(days[0]!, -1), '12')
  for (let n = 0; n < SAMPLES; n++) {
    const topics = n % 3 === 0 ? [] : [QUERIES[n % QUERIES.length]!, QUERIES[(n * 3 + 1) % QUERIES.length]!]
    await addSubscriber(first, {
      email: `sample${n}@bench.example`,
      topics: [...new Set(topics)],
      consent: 'bench',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    })
  }
  for (const day of days) {
    await importPapers(at(day, '07'), { text: JSON.stringify(recordedDay('daily', day)), day })
    await planDigests(at(day, '08'))
  }
}

async function makeYear(client: pg.Client, { subscribers, days }: Options): Promise<number> {
  await client.query(`create temp table sample as
    select row_number() over (order by d.id) - 1 as n, d.outcome, d.from_paper, d.to_paper, d.best_day, d.papers, d.matched,
      d.content, m.content as said, m.secret_id from digest d left join message m on m.digest_id = d.id
    where d.outcome in ('planned', 'nothing_matched')`)
  const { rows } = await client.query('select count(*)::int as count from sample')
  const samples: number = rows[0].count
  await client.query('truncate digest, message, acceptance, attempt, batch, plan restart identity cascade')
  await client.query(`insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at, confirmed_at, start_date)
    select substr(md5(n::text), 1, 14), 'reader.' || n || '@university.example', 'reader.' || n || '@university.example', md5(n::text) || md5('x' || n),
      'active', 'UTC', 8, '{mon,tue,wed,thu,fri}', 15, '2025-11-01', '2025-11-01', '2025-11-02'
    from generate_series(1, ${subscribers - SAMPLES}) n`)
  await client.query(
    'create temp table reader as select id, address, row_number() over (order by id) as n from subscriber',
  )
  let weekdays = 0
  for (let back = days - 1; back >= 0; back--) {
    const day = addDays(LAST_DAY, -back)
    if ([0, 6].includes(new Date(day).getUTCDay())) continue
    weekdays++
    await makeDay(client, day, { samples, seed: back * 7919 })
  }
  return weekdays
}

async function makeDay(client: pg.Client, day: string, { samples, seed }: { samples: number; seed: number }) {
  const at = `'${day}T08:00:00Z'::timestamptz`
  const { rows } = await client.query(`
    insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due, planned_at, closed_at)
    select 'UTC', 8, 'mon,tue,wed,thu,fri', '${day}', ${at}, 1000, (select count(*) from reader), ${at}, ${at} + interval '1 hour'
    returning id`)
  const plan = rows[0].id
  await client.query(`
    insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, from_paper, to_paper, best_day, papers, matched, content, created_at)
    select ${plan}, r.id, '${day}', ${at}, s.outcome, s.from_paper, s.to_paper, s.best_day, s.papers, s.matched, s.content, ${at}
    from reader r join sample s on s.n = (r.n * 31 + ${seed}) % ${samples}`)
  const first = (await client.query(`select coalesce(max(id), 0)::int as id from batch`)).rows[0].id
  await client.query(`
    with sent as (select d.id, d.subscriber_id, r.address, s.said, s.secret_id, (row_number() over (order by d.id) - 1) / 200 as batch
      from digest d join reader r on r.id = d.subscriber_id join sample s on s.n = (r.n * 31 + ${seed}) % ${samples}
      where d.plan_id = ${plan} and d.outcome = 'planned'),
    batches as (insert into batch (lane, done_at, not_before) select 'bulk', ${at} + interval '1 hour', ${at} from (select distinct batch from sent order by 1) c)
    insert into message (id, local_date, kind, dedupe, subscriber_id, digest_id, batch_id, state, attempts, next_try, deadline, dated_at, to_address, secret_id, content)
    select substr(md5(id::text || 'm'), 1, 16), '${day}', 'digest', subscriber_id || ':${day}', subscriber_id, id, ${first} + 1 + batch, 'accepted', 1,
      ${at} + interval '20 hours', ${at} + interval '20 hours', ${at}, address, secret_id, said from sent`)
  await client.query(`
    insert into acceptance (message_id, local_date, at, reply) select m.id, m.local_date, ${at}, '250 2.0.0 Ok: queued as ' || upper(substr(md5(m.id), 1, 11))
    from message m join digest d on d.id = m.digest_id where d.plan_id = ${plan}`)
  await client.query(`
    insert into attempt (message_id, local_date, n, at, outcome, status, enhanced, reply)
    select m.id, m.local_date, 1, ${at}, 'deferred', 451, '4.7.1', '451 4.7.1 Greylisting in action, please come back later'
    from message m join digest d on d.id = m.digest_id where d.plan_id = ${plan} and d.id % 50 = 0`)
}

type Sizes = Record<string, { rows: number; bytes: number }>

async function sizes(client: pg.Client): Promise<Sizes> {
  const all: Sizes = {}
  for (const name of TABLES) {
    const { rows } = await client.query(
      `select (select count(*) from ${name})::int as rows, pg_total_relation_size('${name}')::float8 as bytes`,
    )
    all[name] = rows[0]
  }
  return all
}
