import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type JsonAnswer, type JsonServer, startJsonServer } from './json-server.ts'

/** A work as the API gives it. The others of its fields are in the fixtures. */
export interface ServedWork extends Record<string, unknown> {
  id: string
  publication_date: string
  /** When OpenAlex had it: unknown to the API before. At its publication unless given. */
  indexed?: string
}

interface Options {
  works: readonly ServedWork[]
  port?: number
  /** The day on the server's clock: works that were indexed later are not there yet. All are there without it. */
  today?(): string
  /** Requests without one of these keys get 401 if they have a key at all. */
  keys?: readonly string[]
  /** Fewer works on a page than asked for. */
  perPage?: number
  /** Gives the first half of a page and no cursor, as a search that took too long. */
  isSlow?(): boolean
}

/**
 * Answers GET /works as https://developers.openalex.org/guides/filtering, page-through-results and select-fields say,
 * and refuses what api.openalex.org refuses, with its sentences.
 */
export const startOpenalexServer = (options: Options): Promise<JsonServer> =>
  startJsonServer({
    port: options.port,
    good: (url, headers) => goodAnswer(url, headers.authorization, options),
  })

const MAX_PER_PAGE = 200
const FIELDS =
  `id doi title display_name publication_year publication_date ids language primary_location sources type
  type_crossref indexed_in open_access authorships is_retracted is_paratext primary_topic topics keywords concepts
  locations_count locations best_oa_location abstract_inverted_index cited_by_count created_date
  updated_date`.split(/\s+/)
const DATES = ['from_publication_date', 'to_publication_date', 'publication_date']
const CONDITIONS = `authorships.author.id authorships.author.orcid authorships.institutions.id
  authorships.institutions.ror primary_location.source.id primary_location.source.issn primary_topic.id
  primary_topic.field.id primary_topic.subfield.id type is_retracted has_abstract language doi`.split(/\s+/)

const refused = (message: string): JsonAnswer => ({
  status: 400,
  body: JSON.stringify({ error: 'Invalid query parameters error.', message }),
})

function goodAnswer(url: URL, authorization: string | undefined, options: Options): JsonAnswer {
  const key = authorization?.replace('Bearer ', '')
  if (key && options.keys && !options.keys.includes(key))
    return { status: 401, body: '{"error":"Invalid or missing API key","message":"API key not found"}' }
  if (url.pathname !== '/works') return { status: 404, body: '{"error":"404 Not Found"}' }
  try {
    return { status: 200, body: JSON.stringify(listOf(url.searchParams, options)) }
  } catch (error) {
    return refused((error as Error).message)
  }
}

function listOf(asked: URLSearchParams, { works, today, isSlow, ...options }: Options) {
  const conditions = splitFilter(asked.get('filter') ?? '').map(parseCondition)
  const wanted = Number(asked.get('per_page') ?? asked.get('per-page') ?? 25)
  if (!(wanted >= 1 && wanted <= MAX_PER_PAGE))
    throw new Error(`per-page parameter must be between 1 and ${MAX_PER_PAGE}.`)
  const perPage = Math.min(wanted, options.perPage ?? wanted)
  const known = works.filter(
    ({ publication_date, indexed }) => !today || (indexed ?? publication_date) <= today(),
  )
  const found = known
    .filter((work) => conditions.every((condition) => holds(work, condition)))
    .sort((a, b) => b.publication_date.localeCompare(a.publication_date) || a.id.localeCompare(b.id))
  const cursor = asked.get('cursor') ?? '*'
  const from = cursor === '*' ? 0 : decodeCursor(cursor)
  const whole = found.slice(from, from + perPage)
  const page = isSlow?.() ? whole.slice(0, Math.floor(whole.length / 2)) : whole
  const next = page.length < perPage ? null : encodeCursor(from + perPage)
  return {
    meta: { count: found.length, db_response_time_ms: 31, page: null, per_page: perPage, next_cursor: next },
    results: page.map((work) => selected(work, asked.get('select'))),
    group_by: [],
  }
}

const encodeCursor = (place: number): string => Buffer.from(JSON.stringify([place])).toString('base64')

function decodeCursor(cursor: string): number {
  const place = Number(/^\[(\d+)\]$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? Number.NaN)
  if (Number.isNaN(place)) throw new Error('Invalid cursor value')
  return place
}

function selected(work: ServedWork, select: string | null): Record<string, unknown> {
  const { indexed: _, ...whole } = work
  if (!select) return whole
  const names = select.split(',')
  const wrong = names.find((name) => !FIELDS.includes(name))
  if (wrong)
    throw new Error(
      `${wrong} is not a valid select field. Valid fields for select are: ${FIELDS.join(', ')}.`,
    )
  return Object.fromEntries(names.filter((name) => name in whole).map((name) => [name, whole[name]]))
}

/** Splits at commas that are not between double quotes. */
const splitFilter = (filter: string): string[] =>
  (filter.match(/(?:[^,"]|"[^"]*")+/g) ?? []).filter((part) => part !== '')

interface Condition {
  field: string
  value: string
}

function parseCondition(text: string): Condition {
  const at = text.indexOf(':')
  const [field, value] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 0 || !value) throw new Error(`Invalid query parameter in ${text}.`)
  if (DATES.includes(field) && !/^\d{4}-\d\d-\d\d$/.test(value))
    throw new Error(`Value for param ${field} is an invalid date. Format is yyyy-mm-dd (e.g. 2020-05-17).`)
  if (![...DATES, ...CONDITIONS].includes(field)) {
    const valid = [...CONDITIONS, ...DATES].join(', ')
    throw new Error(
      `${field} is not a valid field. Valid fields are underscore or hyphenated versions of: ${valid}`,
    )
  }
  return { field, value }
}

function holds(work: ServedWork, { field, value }: Condition): boolean {
  if (DATES.includes(field)) return isOn(work.publication_date, field, value)
  const isNot = value.startsWith('!')
  const wanted = value.replace('!', '').toLowerCase().split('|')
  const has = valuesAt(work, field.split('.')).some((text) =>
    wanted.some((one) => text.toLowerCase() === one || text.toLowerCase().endsWith(`/${one}`)),
  )
  return has !== isNot
}

function isOn(date: string, field: string, value: string): boolean {
  if (field === 'from_publication_date') return date >= value
  return field === 'to_publication_date' ? date <= value : date === value
}

function valuesAt(value: unknown, [name, ...rest]: string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, [name!, ...rest]))
  if (name === undefined) return value === undefined || value === null ? [] : [String(value)]
  if (typeof value !== 'object' || value === null) return []
  const inner = (value as Record<string, unknown>)[name]
  return rest.length === 0 && Array.isArray(inner) ? inner.map(String) : valuesAt(inner, rest)
}

// node test/support/openalex-server.ts WORKS.json [--port N] [--per-page N]: prints its address, for OPENALEX_URL.
if (process.argv[1]?.endsWith('/openalex-server.ts')) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '0' }, 'per-page': { type: 'string' } },
  })
  const works = JSON.parse(readFileSync(positionals[0]!, 'utf8'))
  const perPage = values['per-page'] === undefined ? undefined : Number(values['per-page'])
  const server = await startOpenalexServer({ works, port: Number(values.port), perPage })
  console.log(server.url)
}
