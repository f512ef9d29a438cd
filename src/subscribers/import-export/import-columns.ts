import { z } from 'zod'
import { editDistance } from '../../core/edit-distance.ts'
import { type Fault, undefinedIfThrown } from '../../core/errors.ts'
import { cleanText, splitTopics } from '../../queries/language/split-topics.ts'
import { parseTopic, readTopics } from '../read-signup.ts'
import { requireFewTopics, requireTopicsSize, type TopicText } from '../subscriber.ts'
import { ImportFault } from './import-fault.ts'
import { type UnreadColumn, unreadColumns } from './who-left.ts'

/** The columns of an export, in this order. An import accepts any of them and requires only `email`. */
export const SUBSCRIBER_COLUMNS = [
  'email',
  'state',
  'topics',
  'hour',
  'zone',
  'days',
  'confirmed_at',
  'confirmed_how',
  'max',
  'format',
  'detail',
  'related',
  'paused_until',
  'created_at',
  'unsubscribed_at',
  'suppressed_reason',
  'suppressed_at',
  'state_before',
  'id',
  'epoch',
] as const
export type SubscriberColumn = (typeof SUBSCRIBER_COLUMNS)[number]

/** Suppressed addresses as keyed hashes; `key` identifies the SUPPRESSION_KEY. */
export const SUPPRESSION_COLUMNS = ['address_hash', 'reason', 'at', 'key'] as const

export const IMPORT_FORMATS = ['own', 'listmonk', 'keila', 'suppressions'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

// The columns of each format's exports, and those that the queries in docs/import-export.md add.
const COLUMNS: Record<ImportFormat, readonly string[]> = {
  own: SUBSCRIBER_COLUMNS,
  suppressions: SUPPRESSION_COLUMNS,
  listmonk: [
    'email',
    'status',
    'attributes',
    'created_at',
    'updated_at',
    'subscription_status',
    'confirmed_at',
    'optin_ip',
    'lists',
  ],
  keila: ['email', 'status', 'data', 'double_opt_in_at', 'inserted_at', 'updated_at'],
}

export interface ImportHead {
  format: ImportFormat
  /** As in the file, but in lower case, with _ for blanks and "E-Mail" as email. */
  columns: string[]
  ignored: string[]
  /** The ignored columns, with what `requireNoOneLeft` needs. */
  unread: UnreadColumn[]
}

/**
 * Reads the head of a file; `topics` is an additional column to read. Throws import.no-email-column, .column-twice,
 * .who-left, .column-slip.
 */
export function readHead(
  cells: readonly string[],
  { from, topics }: { from?: ImportFormat; topics?: string } = {},
): ImportHead {
  const columns = cells.map(columnName)
  const format = from ?? formatOf(columns)
  const known = COLUMNS[format]
  const twice = columns.find((name, i) => name !== '' && columns.indexOf(name) < i)
  if (twice !== undefined) throw new ImportFault('import.column-twice', { column: twice })
  if (!columns.includes(known[0]!)) throw missing(columns, known[0]!)
  const unread = unreadColumns({ titles: cells, columns, known })
  const ignored = columns.filter((name) => !known.includes(name) && name !== topics)
  if (format === 'own' || format === 'suppressions') {
    for (const column of ignored) requireNoSlip(column, columns, known)
  }
  return { format, columns, ignored: ignored.filter(Boolean), unread }
}

/** "E-Mail address" → email, "First name" → first_name. */
export const columnName = (cell: string): string =>
  cell
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
    .replace(/^e_?mail(_address)?$/, 'email')

function formatOf(columns: readonly string[]): ImportFormat {
  const has = (...names: string[]) => names.every((name) => columns.includes(name))
  if (has('address_hash')) return 'suppressions'
  if (has('state') || has('confirmed_at', 'confirmed_how') || has('topics')) return 'own'
  if (has('uuid', 'attributes', 'status') || has('status', 'subscription_status')) return 'listmonk'
  if (has('first_name', 'last_name', 'data', 'status') || has('status', 'double_opt_in_at')) return 'keila'
  return 'own'
}

function missing(columns: readonly string[], needed: string): Fault {
  const meant = columns.find((column) => isNear(column, needed))
  if (meant) return new ImportFault('import.column-slip', { column: meant, meant: needed })
  return new ImportFault('import.no-email-column', { columns: columnList(columns) })
}

function requireNoSlip(column: string, columns: readonly string[], known: readonly string[]): void {
  const meant = known.find((name) => !columns.includes(name) && isNear(column, name))
  if (meant) throw new ImportFault('import.column-slip', { column: column.slice(0, 60), meant })
}

const isNear = (column: string, name: string): boolean =>
  editDistance(column.slice(0, 60), name) <= (name.length < 5 ? 1 : 2)

export const columnList = (columns: readonly string[]): string => columns.join(', ').slice(0, 300)

// A query never begins with such a bracket, so a cell that does and is JSON is a list.
const list = z.array(z.union([z.string(), z.object({ name: z.string(), query: z.string() })]))

/**
 * The topics in a cell: as on the form, split by semicolons, commas and new lines; or JSON, `[{"name": …, "query":
 * …}]`. Throws FieldFaults, query.*, topics.too-many, topics.too-long.
 */
export function readTopicsCell(
  cell: string,
  parse: (text: string) => { query: string } = parseTopic,
): TopicText[] {
  const listed = listIn(cell)
  if (!listed) return readTopics({ topics: [cell] }, parse)
  const topics = listed.map((one) => (typeof one === 'string' ? { name: one, query: one } : one))
  const read = requireFewTopics(topics).map(({ name, query }) => {
    const { query: text } = parse(cleanText(query))
    return { name: cleanText(name) || text, query: text }
  })
  const all = [...new Map(read.map((topic) => [topic.query, topic])).values()]
  requireTopicsSize(all)
  return all
}

function listIn(cell: string) {
  if (!cell.trimStart().startsWith('[')) return undefined
  return list.safeParse(undefinedIfThrown(() => JSON.parse(cell))).data
}

/** A cell that `readTopicsCell` reads as the same topics; readable for people if possible. */
export function topicsCell(topics: readonly TopicText[]): string {
  const plain = topics.map(({ query }) => query).join('; ')
  const isPlain =
    !plain.startsWith('[') &&
    topics.every(({ name, query }) => name === query) &&
    String(splitTopics(plain)) === String(topics.map(({ query }) => query)) &&
    splitTopics(plain).length === topics.length
  // Most topics have no name of their own. Written once, long ones stay within MAX_RECORD_LENGTH.
  return isPlain ? plain : JSON.stringify(topics.map((one) => (one.name === one.query ? one.query : one)))
}
