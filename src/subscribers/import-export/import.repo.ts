import { once } from 'node:events'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { NO_PAGE } from '../consent.ts'
import type { ParsedTopic } from '../topic.repo.ts'
import { ImportFault } from './import-fault.ts'
import {
  ASSIGN_SPARE_IDS,
  INSERT_SUBSCRIBERS,
  INSERT_SUPPRESSIONS,
  REMOVE_BLOCKED_ROWS,
  RESTORE_LIFTED_ROWS,
  SKIP_FOREIGN_KEY_CHECKS,
  SUPPRESS_SUBSCRIBERS,
  TEMPORARY_TABLES,
} from './import-sql.repo.ts'

export interface StoreBatchInput {
  /** COPY lines, as import-batch.ts makes them. */
  batch: {
    rows: Buffer[]
    topics: Buffer[]
    suppressions: Buffer[]
    /** The queries of the topics, which refer to them by number. */
    queries: string[]
    /** Some rows have an id from elsewhere. */
    hasSpareIds: boolean
  }
  now: Date
  /** Parses a query that the database does not have yet. */
  parse(query: string): ParsedTopic
}

/** The result of storing a batch. */
export interface StoredBatch {
  /** Number of new subscribers; `states` counts them by state. */
  created: number
  states: Record<string, number>
  /** Existing subscribers who are now suppressed. */
  newlySuppressed: number
  /** New suppressions. */
  suppressed: number
  /** Lines with addresses that are suppressed here. */
  blocked: { line: number; reason: string; since: Date }[]
}

/** The first row that was refused for a reason, without its address. */
interface Example {
  line: number
  message: string
}

/** Progress of an import. */
export interface ImportRun {
  rows: number
  taken: number
  unchanged: number
  refused: number
  tally: {
    states: Record<string, number>
    reasons: Record<string, number>
    /** One of each of the reasons. */
    examples: Record<string, Example>
  }
  refusedBytes: number
}

export interface NewRun {
  file: string
  format: string
  /** Path of the file of refused rows. */
  refusedFile: string
  now: Date
}

type StoredRun = Omit<ImportRun, 'tally'> & {
  refusedFile: string | null
  tally: Partial<ImportRun['tally']>
}

// How long the server may take to notice that a killed process is gone.
const WAIT_MS = 5000

/**
 * A database connection for one import. COPY transfers the rows, and every batch is one transaction together with the
 * progress. With `rehearsal` the whole import is one transaction, which is rolled back.
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
    await client.connect()
    const store = new ImportStore(client, rehearsal)
    try {
      await store.#prepare(id)
      return store
    } catch (error) {
      await client.end()
      throw (error as { code?: string }).code === '55P03' ? new ImportFault('import.running') : error
    }
  }

  async #prepare(id: string): Promise<void> {
    // A power failure may lose the last batches; then the import resumes before them.
    await this.#client.query(`set synchronous_commit = off; set lock_timeout = ${WAIT_MS}`)
    await this.#client.query('select pg_advisory_lock(hashtextextended($1, 0))', [id])
    await this.#client.query('reset lock_timeout')
    await this.#client.query(TEMPORARY_TABLES)
    await this.#client.query(SKIP_FOREIGN_KEY_CHECKS)
    if (this.#rehearsal) await this.#client.query('begin')
  }

  /** Progress of the run with this id; a finished run starts again. */
  async begin(
    id: string,
    { file, format, refusedFile, now }: NewRun,
  ): Promise<ImportRun & { refusedFile: string | null }> {
    await this.#client.query('delete from import_run where id = $1 and done_at is not null', [id])
    const { rows } = await this.#client.query<StoredRun>(
      `insert into import_run as r (id, file, format, refused_file, started_at, updated_at)
       values ($1, $2, $3, $5, $4, $4)
       on conflict (id) do update set updated_at = $4,
         refused_file = case when r.refused_bytes > 0 then r.refused_file else $5 end
       returning rows, taken, unchanged, refused, tally, refused_bytes as "refusedBytes", refused_file as "refusedFile"`,
      [id, file, format, now, refusedFile],
    )
    const { tally, ...run } = rows[0]!
    return { ...run, tally: { states: {}, reasons: {}, examples: {}, ...tally } }
  }

  /** Deletes the run, so that it starts again. */
  async forget(id: string): Promise<void> {
    await this.#client.query('delete from import_run where id = $1', [id])
  }

  /** Stores a batch; it takes effect with `commit`. */
  async store({ batch, now, parse }: StoreBatchInput): Promise<StoredBatch> {
    const { rows, topics, suppressions, queries, hasSpareIds } = batch
    const emptied = 'truncate incoming, incoming_topic, incoming_suppression'
    await this.#client.query(this.#rehearsal ? emptied : `begin; ${emptied}`)
    const queryIds = await this.#queryIds(queries, parse)
    await this.#copy('incoming', rows)
    await this.#copy('incoming_topic', topics)
    await this.#copy('incoming_suppression', suppressions)
    if (hasSpareIds) await this.#client.query(ASSIGN_SPARE_IDS)
    const { rows: blocked } = await this.#client.query<StoredBatch['blocked'][number]>(REMOVE_BLOCKED_ROWS)
    const newlySuppressed = suppressions.length > 0 ? await this.#count(SUPPRESS_SUBSCRIBERS, [now]) : 0
    const suppressed = suppressions.length > 0 ? await this.#count(INSERT_SUPPRESSIONS) : 0
    if (suppressions.length > 0) await this.#client.query(RESTORE_LIFTED_ROWS, [now])
    const { rows: createdByState } = await this.#client.query<{ state: string; count: number }>(
      INSERT_SUBSCRIBERS,
      [now, NO_PAGE, queryIds],
    )
    return {
      created: createdByState.reduce((sum, { count }) => sum + count, 0),
      states: Object.fromEntries(createdByState.map(({ state, count }) => [state, count])),
      newlySuppressed,
      suppressed,
      blocked,
    }
  }

  /** Records the progress in the batch's transaction. */
  async commit(
    id: string,
    { rows, taken, unchanged, refused, tally, refusedBytes }: ImportRun,
    now: Date,
  ): Promise<void> {
    await this.#client.query(
      `update import_run set rows = $2, taken = $3, unchanged = $4, refused = $5, tally = $6, refused_bytes = $7,
         updated_at = $8 where id = $1`,
      [id, rows, taken, unchanged, refused, JSON.stringify(tally), refusedBytes, now],
    )
    if (!this.#rehearsal) await this.#client.query('commit')
  }

  /** The whole file is processed. */
  async finish(id: string, now: Date): Promise<void> {
    await this.#client.query('update import_run set done_at = $2 where id = $1', [id, now])
  }

  /** Closes the connection; uncommitted work is rolled back. */
  async close(): Promise<void> {
    await this.#client.end()
  }

  async #count(sql: string, values: unknown[] = []): Promise<number> {
    return (await this.#client.query(sql, values)).rowCount ?? 0
  }

  async #copy(table: string, lines: readonly Buffer[]): Promise<void> {
    if (lines.length === 0) return
    const stream = this.#client.query(copyFrom(`copy ${table} from stdin`))
    for (const some of lines) stream.write(some)
    stream.end()
    await once(stream, 'finish')
  }

  /** The id of each query, in the given order; the rows are locked until the transaction ends. */
  async #queryIds(queries: readonly string[], parse: StoreBatchInput['parse']): Promise<number[]> {
    if (queries.length === 0) return []
    const ids = await this.#idsByText('select id, text from query where text = any($1) for key share', [
      queries,
    ])
    // Sorted, so that two imports do not deadlock.
    const missing = queries
      .filter((text) => !ids.has(text))
      .sort()
      .map(parse)
    if (missing.length > 0) {
      const created = await this.#idsByText(
        `insert into query (text, tree, grammar)
         select q.query, q.tree, q.grammar from jsonb_to_recordset($1) as q(query text, tree jsonb, grammar int)
         on conflict (text) do update set text = excluded.text returning id, text`,
        [JSON.stringify(missing)],
      )
      for (const [text, id] of created) ids.set(text, id)
    }
    return queries.map((text) => ids.get(text)!)
  }

  async #idsByText(sql: string, values: unknown[]): Promise<Map<string, number>> {
    const { rows } = await this.#client.query<{ id: number; text: string }>(sql, values)
    return new Map(rows.map(({ id, text }) => [text, id]))
  }
}
