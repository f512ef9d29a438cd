import { hash } from 'node:crypto'
import pg from 'pg'
import { columnList, columnRows, columnText, columnValues } from '../../core/database/column-text.ts'
import { GRAMMAR_VERSION } from '../../queries/query.ts'
import { NO_PAGE } from '../consent.ts'
import { ImportFault } from './import-fault.ts'
import type { ParseText } from './import-row.ts'
import { INCOMING_COLUMNS, type IncomingRows, TOPIC_COLUMNS } from './incoming-rows.ts'

export interface StoredBatch {
  /** How many subscribers were created in each state; `suppressed` includes those who were here. */
  states: Record<string, number>
  /** How many addresses, also of people who are not here. */
  suppressed: number
  /** Lines with addresses that are suppressed here. */
  blocked: { line: number; reason: string; since: Date }[]
}

export interface ImportRun {
  rows: number
  taken: number
  unchanged: number
  refused: number
  tally: {
    states: Record<string, number>
    reasons: Record<string, number>
    /** The first row that was refused for each reason, without its address. */
    examples: Record<string, { line: number; message: string }>
  }
  refusedBytes: number
}

export interface NewRun {
  /** Hash of the file and of the options that affect its rows. */
  id: string
  file: string
  format: string
  refusedFile: string
}

// How long the server may take to notice that a killed process is gone.
const WAIT_MS = 5000

const DEADLOCK_DETECTED = '40P01'
const MAX_TRIES = 10

/** A sign-up or another import added an address of the batch meanwhile. */
class AddressTaken extends Error {}

const isConflict = (error: unknown): boolean =>
  error instanceof AddressTaken || (error as { code?: string }).code === DEADLOCK_DETECTED

/**
 * A database connection for one import. Every batch is one transaction together with the progress. With `rehearsal` the
 * whole import is one transaction, which is rolled back.
 */
export class ImportStore {
  readonly #client: pg.Client
  readonly #rehearsal: boolean

  private constructor(client: pg.Client, rehearsal: boolean) {
    this.#client = client
    this.#rehearsal = rehearsal
  }

  /** Throws import.running while another process imports the same file. */
  static async open(
    url: string,
    { id, rehearsal }: { id: string; rehearsal: boolean },
  ): Promise<ImportStore> {
    const client = new pg.Client({ connectionString: url, application_name: 'daily-papers import' })
    client.on('error', () => {}) // its queries reject
    await client.connect()
    try {
      // A power failure may lose the last batches; then the import resumes before them.
      await client.query(`set synchronous_commit = off; set lock_timeout = ${WAIT_MS}`)
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [id])
      await client.query(`reset lock_timeout; ${INCOMING_TABLE}; ${SKIP_FOREIGN_KEY_CHECKS}`)
      if (rehearsal) await client.query('begin')
      return new ImportStore(client, rehearsal)
    } catch (error) {
      await client.end()
      throw (error as { code?: string }).code === '55P03' ? new ImportFault('import.running') : error
    }
  }

  /** Progress of an interrupted run, and the file of its refused rows. */
  async interruptedRun(id: string): Promise<(ImportRun & Pick<NewRun, 'refusedFile'>) | undefined> {
    const { rows } = await this.#client.query(
      `select rows, taken, unchanged, refused, tally, refused_bytes as "refusedBytes", refused_file as "refusedFile"
       from import_run where id = $1 and done_at is null`,
      [id],
    )
    return rows[0]
  }

  /** Stores a batch; it takes effect with `commit`. `parse` parses a query that the database does not have yet. */
  async store(rows: IncomingRows, options: { now: Date; parse: ParseText }): Promise<StoredBatch> {
    for (let tries = 1; ; tries++) {
      await this.#client.query(this.#rehearsal ? 'savepoint batch' : 'begin')
      try {
        return await this.#store(rows, options)
      } catch (error) {
        if (tries === MAX_TRIES || !isConflict(error)) throw error
        await this.#client.query(this.#rehearsal ? 'rollback to batch' : 'rollback')
      }
    }
  }

  async #store(rows: IncomingRows, { now, parse }: { now: Date; parse: ParseText }): Promise<StoredBatch> {
    await this.#client.query('truncate incoming')
    const columns = rows.columns()
    const queryIds = await this.#queryIds([...rows.queries.keys()], parse)
    await this.#client.query(FILL_INCOMING, columns.rows)
    await this.#client.query(ASSIGN_SPARE_IDS)
    const blocked = await this.#client.query<StoredBatch['blocked'][number]>(REMOVE_BLOCKED_ROWS)
    let [newlySuppressed, suppressed] = [0, 0]
    if (rows.hasSuppressions) {
      newlySuppressed = (await this.#client.query(SUPPRESS_SUBSCRIBERS, [now])).rowCount ?? 0
      suppressed = (await this.#client.query(INSERT_SUPPRESSIONS)).rowCount ?? 0
      await this.#client.query(RESTORE_LIFTED_ROWS)
      await this.#client.query(SUPPRESS_ROWS)
    }
    await this.#client.query(REMOVE_KNOWN_ROWS)
    const created = await this.#client.query<{ state: string; count: number; missing: boolean }>(
      INSERT_SUBSCRIBERS,
      [...[now, NO_PAGE, queryIds], ...columns.topics],
    )
    if (created.rows.some(({ missing }) => missing)) throw new AddressTaken()
    const states = Object.fromEntries(created.rows.map(({ state, count }) => [state, count]))
    if (newlySuppressed > 0) states.suppressed = (states.suppressed ?? 0) + newlySuppressed
    return { states, suppressed, blocked: blocked.rows }
  }

  async commit(run: NewRun & ImportRun, now: Date): Promise<void> {
    await this.save(run, { now, done: false })
    await this.#client.query(this.#rehearsal ? 'release batch' : 'commit')
  }

  /** Closes the connection; uncommitted work is rolled back. */
  async close(): Promise<void> {
    await this.#client.end()
  }

  async save(run: NewRun & ImportRun, { now, done }: { now: Date; done: boolean }): Promise<void> {
    const { id, file, format, refusedFile, rows, taken, unchanged, refused, tally, refusedBytes } = run
    await this.#client.query(
      `insert into import_run as r (id, file, format, refused_file, rows, taken, unchanged, refused, tally,
         refused_bytes, started_at, updated_at, done_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
       on conflict (id) do update set refused_file = $4, rows = $5, taken = $6, unchanged = $7, refused = $8,
         tally = $9, refused_bytes = $10, updated_at = $11, done_at = $12,
         started_at = case when r.done_at is null then r.started_at else $11 end`,
      [
        ...[id, file, format, refusedFile, rows, taken, unchanged, refused, JSON.stringify(tally)],
        ...[refusedBytes, now, done ? now : null],
      ],
    )
  }

  /** The ids of queries, which are locked until the transaction ends. */
  async #queryIds(texts: readonly string[], parse: ParseText): Promise<number[]> {
    const ids = new Map<string, number>()
    const find = async (sql: string, values: unknown[]) => {
      const found = await this.#client.query<{ id: number; text: string }>(sql, values)
      for (const { id, text } of found.rows) ids.set(text, id)
    }
    await find(FIND_QUERIES, [columnText(texts.map((text) => hash('sha256', text)))])
    // Sorted, so that two imports do not deadlock.
    const missing = texts.filter((text) => !ids.has(text)).sort()
    if (missing.length > 0) {
      const trees = missing.map((text) => parse(text).tree)
      await find(INSERT_QUERIES, [columnText(missing), columnText(trees), GRAMMAR_VERSION])
    }
    return texts.map((text) => ids.get(text)!)
  }
}

// A batch: the columns of the subscribers to be, and what else a row of the file says. An address is null if only its
// hash is known.
const INCOMING_TABLE = `
  create temporary table incoming as
  select null::int as line, null::text as spare_id, s.*, null::timestamptz as unsubscribed_at,
    null::text as suppressed_reason, null::timestamptz as suppressed_at
  from subscriber s limit 0`

// Triggers check foreign keys, which takes a quarter of the time of storing a batch. Here one statement writes or locks
// both ends of every reference, so we skip the checks if the role may.
const SKIP_FOREIGN_KEY_CHECKS = `
  select set_config('session_replication_role', 'replica', false)
  where has_parameter_privilege('session_replication_role', 'SET')`

const FILL_INCOMING = `
  insert into incoming (${INCOMING_COLUMNS.map(([name]) => name)})
  select ${INCOMING_COLUMNS.map(([name]) => (name === 'days' ? "string_to_array(days, ',')" : name))}
  from ${columnRows(INCOMING_COLUMNS)} as columns order by id`

const FIND_QUERIES = `
  select id, text from query
  where hash = any(array(select decode(hash, 'hex') from ${columnValues('$1')} as hash)) for key share`

const INSERT_QUERIES = `
  insert into query (text, tree, grammar)
  select text, tree, $3 from ${columnRows(columnList('text text, tree jsonb'))} as parsed
  on conflict (hash) do update set text = excluded.text returning id, text`

// Subselects for single rows, so that each uses its index, however large the table is.
const ASSIGN_SPARE_IDS = `
  update incoming i set id = spare_id
  where spare_id is not null and (select true from subscriber s where s.id = i.id)`

// Few addresses are suppressed, so this runs first.
const REMOVE_BLOCKED_ROWS = `
  with met as materialized (
    select i.line, i.address_key, (
      select s from suppression s where s.address_hash = i.address_hash and s.lifted_at is null) as s
    from incoming i where i.suppressed_reason is null)
  delete from incoming i using met m
  where m.line = i.line and (m.s).address_hash is not null
    and (select true from subscriber where address_key = m.address_key) is not true
  returning i.line, (m.s).reason, (m.s).at as since`

// Skips subscribers who confirmed here after that suppression: their consent is newer. The state is compared as text to
// keep its index out of the plan: the planner's statistics of these tables are outdated while they fill.
const CONFIRMED_SINCE = `(
  select true from subscriber s
  where s.address_hash = i.address_hash and s.state::text in ('active', 'paused')
    and s.confirmed_at >= i.suppressed_at)`

const SUPPRESS_SUBSCRIBERS = `
  with turned as (
    update subscriber s set state = 'suppressed', state_before = s.state
    where s.id = any(array(
      select (select id from subscriber t where t.address_hash = i.address_hash limit 1)
      from incoming i
      where i.suppressed_reason is not null and (i.address is null or i.state = 'suppressed')
        and ${CONFIRMED_SINCE} is not true and (
          select p.lifted_at is null or p.lifted_at < i.suppressed_at from suppression p
          where p.address_hash = i.address_hash) is not false))
      and s.state::text <> 'suppressed'
    returning s.id)
  insert into consent (subscriber_id, at, event, how, wording)
  select id, $1::timestamptz, 'suppressed', 'import', '${NO_PAGE}' from turned`

const INSERT_SUPPRESSIONS = `
  insert into suppression as p (address_hash, reason, at)
  select distinct on (address_hash) address_hash, suppressed_reason, suppressed_at from incoming i
  where i.suppressed_reason is not null and ${CONFIRMED_SINCE} is not true
  order by address_hash, suppressed_at desc
  on conflict (address_hash) do update set reason = excluded.reason, at = excluded.at, lifted_at = null
    where p.lifted_at < excluded.at`

// Runs after INSERT_SUPPRESSIONS. A suppression that was lifted here later stays lifted, and the row gets its earlier
// state.
const RESTORE_LIFTED_ROWS = `
  update incoming i set state = was, state_before = null,
    unsubscribed_at = case when was = 'unsubscribed' then coalesce(i.unsubscribed_at, i.suppressed_at) end
  from (
    select line, coalesce(state_before, 'unsubscribed') as was from incoming n
    where state = 'suppressed'
      and (select p.lifted_at is not null from suppression p where p.address_hash = n.address_hash)) lifted
  where lifted.line = i.line`

// A later line of the batch may suppress the address of an earlier one.
const SUPPRESS_ROWS = `
  update incoming i set state = 'suppressed', state_before = i.state, suppressed_at = met.at
  from (
    select line, (
      select p.at from suppression p where p.address_hash = n.address_hash and p.lifted_at is null) as at
    from incoming n where suppressed_reason is null) met
  where met.line = i.line and met.at is not null`

// Leaves the first line of each address that no one has here.
const REMOVE_KNOWN_ROWS = `
  delete from incoming where line in (
    select line from (
      select line, address_key, lag(address_key) over (order by address_key, line) as previous from incoming) i
    where address_key is null or address_key = previous
      or (select true from subscriber s where s.address_key = i.address_key))`

const STORED_COLUMNS = `id, address, address_key, address_hash, state, state_before, zone, hour, days, max_papers, format,
  detail, related, epoch, created_at, confirmed_at, confirmed_how, start_date, paused_until`

// The rows are in the order of their random ids, so that a batch visits the pages of each index once. A conflict is no
// error, which Postgres would log with the address.
const INSERT_SUBSCRIBERS = `
  with made as (
    insert into subscriber (${STORED_COLUMNS}, imported_at)
    select ${STORED_COLUMNS}, $1::timestamptz from incoming
    on conflict (address_key) do nothing returning 1
  ), consented as (
    insert into consent (subscriber_id, at, event, how, wording)
    select id, at, event, 'import', $2 from (
      select id, 1 as place, 'confirmed' as event, confirmed_at as at from incoming
      union all select id, 2, 'unsubscribed', unsubscribed_at from incoming
      union all select id, 3, 'suppressed', suppressed_at from incoming where state = 'suppressed'
      union all select id, 4, 'paused', $1 from incoming where state = 'paused') events
    where at is not null
    order by id, place
  ), wanted as (
    insert into topic (subscriber_id, position, name, query_id)
    select i.id, t.position, t.name, ($3::int[])[t.query]
    from incoming i join ${columnRows(TOPIC_COLUMNS, 4)} as t using (line)
    order by i.id
  )
  select state::text, count(*)::int as count,
    (select count(*) from made) < (select count(*) from incoming) as missing from incoming group by state`
