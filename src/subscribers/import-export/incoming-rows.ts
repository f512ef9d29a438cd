import { columnList, columnText, joinedTexts } from '../../core/database/column-text.ts'
import type { ImportRow, SuppressedHash } from './import-row.ts'

export type IncomingRow = (ImportRow | SuppressedHash) & {
  line: number
  /** Used if another subscriber already has that id. */
  spare_id: string | null
}

export const INCOMING_COLUMNS = columnList(`
  line int, spare_id text, id text, address text, address_key text, address_hash text, state subscriber_state,
  state_before subscriber_state, zone text, hour int, days text, max_papers int, format mail_format,
  detail mail_detail, related boolean, epoch int, created_at timestamptz, confirmed_at timestamptz, start_date date,
  paused_until date, unsubscribed_at timestamptz, confirmed_how text, suppressed_reason text, suppressed_at timestamptz`)

/** `query` is a number of IncomingRows.queries. */
export const TOPIC_COLUMNS = columnList('line int, position int, name text, query int')

/** A row becomes part of a text before it is old for the garbage collector. */
const ROWS_PER_TEXT = 32

/** The rows of a batch as the texts of their columns, which take less time and memory than the rows. */
export class IncomingRows {
  /** The queries of all topics, each with its number, from 1. */
  readonly queries = new Map<string, number>()
  hasSuppressions = false
  #rows: IncomingRow[] = []
  readonly #texts: string[][] = []
  readonly #topicTexts: string[][] = []

  add(row: IncomingRow): void {
    this.hasSuppressions ||= row.suppressed_reason !== null
    if (this.#rows.push(row) === ROWS_PER_TEXT) this.#writeTexts()
  }

  /** The texts of INCOMING_COLUMNS and of TOPIC_COLUMNS. */
  columns(): { rows: string[]; topics: string[] } {
    this.#writeTexts()
    const joined = (columns: readonly unknown[], texts: string[][]) =>
      columns.map((_, i) => joinedTexts(texts.map((part) => part[i]!)))
    return { rows: joined(INCOMING_COLUMNS, this.#texts), topics: joined(TOPIC_COLUMNS, this.#topicTexts) }
  }

  #writeTexts(): void {
    const rows = this.#rows
    if (rows.length === 0) return
    this.#rows = []
    const topics = rows.flatMap(({ line, topics }) =>
      topics.map(({ name, query }, position) => [line, position, name, this.#numberOf(query)]),
    )
    this.#texts.push(
      INCOMING_COLUMNS.map(([name]) => columnText(rows.map((row) => cellOf(row[name as keyof typeof row])))),
    )
    if (topics.length > 0)
      this.#topicTexts.push(TOPIC_COLUMNS.map((_, i) => columnText(topics.map((topic) => topic[i]))))
  }

  #numberOf(query: string): number {
    const number = this.queries.get(query) ?? this.queries.size + 1
    this.queries.set(query, number)
    return number
  }
}

const cellOf = (value: IncomingRow[keyof IncomingRow]) =>
  value instanceof Date ? value.toISOString() : typeof value === 'object' ? value?.join() : value
