import { addDays, type Day, instantOf, localDayOf } from '../../src/core/dates.ts'
import { oaiSetOf, parseCategoryId } from '../../src/sources/arxiv/categories.ts'
import { parseArxivId } from '../../src/sources/identifier.ts'

/** What arXiv announces of one paper on one day. */
export interface ArxivPaper {
  id: string
  title: string
  abstract: string
  authors: string[]
  /** The primary one first. */
  categories: string[]
  /** When this version was submitted. */
  created: Day
  /** 1 unless given. */
  version?: number
  /** When the first version was submitted; `created` unless given. */
  published?: Day
  /** When its metadata last changed. */
  updated?: Day
  /** In its primary category; by its version unless given. */
  announceType?: 'new' | 'cross' | 'replace' | 'absonly'
  comment?: string
  doi?: string
}

export interface ArxivDays {
  /** Announcements by the day of their feed. */
  days: Readonly<Record<Day, readonly ArxivPaper[]>>
  now(): Date
  /** Records on a page of the archive; as many as arXiv gives unless said otherwise. */
  pageSize?: number
}

export interface Reply {
  status: number
  type: string
  body: string
}

const xml = (body: string, status = 200): Reply => ({
  status,
  type: 'text/xml; charset=utf-8',
  body: `<?xml version='1.0' encoding='UTF-8'?>\n${body}`,
})

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]!)
const element = (name: string, text: string | number | undefined, attributes = ''): string =>
  text === undefined ? '' : `<${name}${attributes}>${escaped(String(text))}</${name}>`

const ZONE = 'America/New_York'
const MAX_ITEMS = 2000
const ORDER = ['replace-cross', 'replace', 'cross', 'new']

/** The feed of the day that it is in New York, or the last one before it under that date. */
export function feedOf(category: string, { days, now }: ArxivDays, isYesterdays = false): Reply {
  if (parseCategoryId(category) !== category)
    return feedError(`Bad archive '${category}'. Valid archive names are: …`)
  const today = localDayOf(now(), ZONE)
  const listing = (day: Day) => (days[day] ?? []).flatMap((paper) => listedIn(category, paper))
  const earlier = Object.keys(days).filter((day) => day < today && listing(day).length > 0)
  const listed = listing(isYesterdays ? (earlier.sort().at(-1) ?? '') : today)
  const items = listed
    .sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type) || b.paper.id.localeCompare(a.paper.id))
    .slice(0, MAX_ITEMS)
    .map(({ paper, type }) => itemOf(paper, type, today))
  return rss(
    `${category} updates on arXiv.org`,
    `${category} updates on the arXiv.org e-print archive.`,
    items,
  )
}

function listedIn(category: string, paper: ArxivPaper): { paper: ArxivPaper; type: string }[] {
  const { version = 1, categories, announceType = version > 1 ? 'replace' : 'new' } = paper
  if (!categories.includes(category) || announceType === 'absonly') return []
  if (announceType === 'replace' && version >= 6) return []
  if (categories[0] === category) return [{ paper, type: announceType }]
  return [{ paper, type: announceType === 'replace' ? 'replace-cross' : 'cross' }]
}

function itemOf(paper: ArxivPaper, type: string, today: Day): string {
  const id = `${paper.id}v${paper.version ?? 1}`
  const description = `arXiv:${id} Announce Type: ${type} \nAbstract: ${paper.abstract}`
  return `<item>${element('title', paper.title)}${element('link', `https://arxiv.org/abs/${paper.id}`)}
    ${element('description', description)}${element('guid', `oai:arXiv.org:${id}`, ' isPermaLink="false"')}
    ${paper.categories.map((one) => element('category', one)).join('')}${element('pubDate', today)}
    ${element('arxiv:announce_type', type)}${element('dc:rights', 'http://creativecommons.org/licenses/by/4.0/')}
    ${element('arxiv:DOI', paper.doi)}${element('dc:creator', paper.authors.join(', '))}</item>`
}

const rss = (title: string, description: string, items: string[], status = 200): Reply =>
  xml(
    `<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>${element('title', title)}
    <link>http://rss.arxiv.org/rss</link>${element('description', description)}
    <atom:link href="http://rss.arxiv.org/rss" rel="self" type="application/rss+xml"/>
    <skipDays><day>Sunday</day><day>Saturday</day></skipDays>${items.join('\n')}</channel></rss>`,
    status,
  )

export const feedError = (why: string): Reply =>
  rss('Feed error for query: https://rss.arxiv.org/rss/', why, [], 400)

const PAGE_SIZE = 3500

interface Kept {
  paper: ArxivPaper
  day: Day
}

/** What the archive knows: of each paper its last announcement, from half past ten in the evening before its feed. */
function kept({ days, now }: ArxivDays): Map<string, Kept> {
  const isKnown = (day: Day) =>
    now().getTime() >= instantOf(addDays(day, -1), 22, ZONE).getTime() + 30 * 60_000
  const known = Object.keys(days).filter(isKnown).sort()
  return new Map(known.flatMap((day) => days[day]!.map((paper) => [paper.id, { paper, day }] as const)))
}

/** A page of ListRecords, by its arguments. */
export function oaiOf(query: Record<string, string>, given: ArxivDays): Reply {
  const token =
    query.resumptionToken &&
    Object.fromEntries(new URLSearchParams(decodeURIComponent(query.resumptionToken)))
  if (token && !/^\d+$/.test(token.skip ?? '')) return oaiError('badResumptionToken')
  const { verb, metadataPrefix, set = '', from = '', until = '', skip = '0' } = token || query
  if (verb !== 'ListRecords' || metadataPrefix !== 'arXiv' || !/^\d{4}-\d\d-\d\d$/.test(from))
    return oaiError('badArgument')
  const found = [...kept(given).values()]
    .filter(
      ({ paper, day }) =>
        day >= from && day <= until && paper.categories.some((one) => oaiSetOf(one) === set),
    )
    .sort((a, b) => a.paper.id.localeCompare(b.paper.id))
  const end = Number(skip) + (given.pageSize ?? PAGE_SIZE)
  const page = found.slice(Number(skip), end)
  if (page.length === 0) return oaiError('noRecordsMatch')
  const next = new URLSearchParams({ verb, metadataPrefix, set, from, until, skip: String(end) }).toString()
  const last = token ? '<resumptionToken/>' : ''
  const more = element('resumptionToken', encodeURIComponent(next), ` expirationDate='${until}T00:00:00Z'`)
  return oai(`<ListRecords>${page.map(recordOf).join('\n')}${found.length > end ? more : last}</ListRecords>`)
}

const oai = (inside: string): Reply =>
  xml(`<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-08-14T04:00:00Z</responseDate>
    <request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>${inside}</OAI-PMH>`)

export const oaiError = (code: string): Reply =>
  oai(`<error code='${code}'>As ${code} says. Reason: on purpose</error>`)

function recordOf({ paper, day }: Kept): string {
  const authors = paper.authors.map((name) => {
    const [, forenames, keyname = name] = /^(.*) (\S+)$/.exec(name) ?? []
    return `<author>${element('keyname', keyname)}${element('forenames', forenames)}</author>`
  })
  return `<record><header>${element('identifier', `oai:arXiv.org:${paper.id}`)}${element('datestamp', day)}
    ${paper.categories.map((one) => element('setSpec', oaiSetOf(one))).join('')}</header><metadata>
    <arXiv xmlns="http://arxiv.org/OAI/arXiv/">${element('id', paper.id)}${element('created', paper.created)}
    ${element('updated', paper.updated)}<authors>${authors.join('')}</authors>${element('title', paper.title)}
    ${element('categories', paper.categories.join(' '))}${element('comments', paper.comment)}${element('doi', paper.doi)}
    ${element('abstract', paper.abstract)}</arXiv></metadata></record>`
}

/** What the API answers to an id_list. */
export function apiOf(query: URLSearchParams, given: ArxivDays): Reply {
  const ids = (query.get('id_list') ?? '').split(',').filter(Boolean)
  const wrong = ids.find((id) => !parseArxivId(id))
  if (wrong) return apiError(`incorrect id format for ${wrong}`)
  const known = kept(given)
  const found = ids.flatMap((id) => known.get(parseArxivId(id)!.id) ?? [])
  const entries = found.slice(0, Number(query.get('max_results') ?? 10)).map(entryOf)
  return api('arXiv Query: search_query=&id_list=', entries)
}

const api = (title: string, entries: string[], status = 200): Reply =>
  xml(
    `<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
    xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id>${element('title', title)}
    <opensearch:totalResults>${entries.length}</opensearch:totalResults>${entries.join('\n')}</feed>`,
    status,
  )

export const apiError = (why: string): Reply =>
  api(
    'arXiv Search Results',
    [
      `<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>${element('summary', why)}
    <author><name>arXiv api core</name></author></entry>`,
    ],
    400,
  )

function entryOf({ paper }: Kept): string {
  const { id, version = 1, created, published = created, categories } = paper
  return `<entry>${element('id', `http://arxiv.org/abs/${id}v${version}`)}${element('title', paper.title)}
    ${element('updated', `${created}T12:00:00Z`)}${element('summary', paper.abstract)}
    ${categories.map((one) => `<category term="${one}" scheme="http://arxiv.org/schemas/atom"/>`).join('')}
    ${element('published', `${published}T12:00:00Z`)}${element('arxiv:comment', paper.comment)}
    <arxiv:primary_category term="${categories[0]}"/>${element('arxiv:doi', paper.doi)}
    ${paper.authors.map((name) => `<author>${element('name', name)}</author>`).join('')}</entry>`
}
