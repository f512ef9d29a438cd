import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { testData } from '../../support/test-data.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { below, type Page, pick, type Random, served } from './mutated-page.ts'
import type { Endpoint, Script } from './mutated-server.ts'
import { type Mutated, mutate, mutateHeavily } from './mutations.ts'

const FIXTURES = resolve(import.meta.dirname, '../../fixtures')

/** One fetch of one day, and the responses of each endpoint. */
export interface Trial {
  n: number
  /** "second page: cut at any byte" */
  name: string
  source: string
  day: Day
  now: string
  timeoutMs?: number
  scripts: Partial<Record<Endpoint, Script>>
  /** Any paper that is kept of it is wrong. */
  mustFail: boolean
  /** Only optional data was mutated. */
  mayNotFail: boolean
  /** Another endpoint has its papers. */
  mustHave: boolean
}

/** Recorded responses by their endpoint. */
export type Recorded = Record<Endpoint, readonly Page[]>

/** Undefined if TEST_DATA has no recordings. */
export function recordedAnswers(): Recorded | undefined {
  const data = testData('.')
  if (!data || !testData('huggingface/daily') || !testData('arxiv')) return undefined
  const hf = ['huggingface/daily', 'huggingface/later-same-day'].flatMap((folder) =>
    textsIn(join(data, folder)),
  )
  const oai = [...textsIn(join(data, 'arxiv/oai')), ...textsIn(join(FIXTURES, 'arxiv/oai'))]
  return {
    huggingface: hf.map(json),
    rss: textsIn(join(data, 'arxiv/rss')).map(xml),
    oai: oai.map((text) => xml(/^<record/.test(text) ? listed(text) : text)),
    api: textsIn(join(data, 'arxiv/api')).map((text) =>
      xml(text.startsWith('{') ? JSON.parse(text).body : text),
    ),
    biorxiv: [
      ...textsIn(join(FIXTURES, 'biorxiv/daily')).map(collection),
      ...textsIn(join(FIXTURES, 'biorxiv/recorded')).flatMap((text) => JSON.parse(text).body ?? []),
    ].map(json),
  }
}

const json = (text: string): Page => ({ format: 'json', text: text.trim() })
const xml = (text: string): Page => ({ format: 'xml', text: text.trim() })
const listed = (records: string): string => `<OAI-PMH><ListRecords>${records}</ListRecords></OAI-PMH>`
const collection = (entries: string): string => `{"messages":[{"status":"ok"}],"collection":${entries}}`

const textsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort()
    .map((path) => readFileSync(path, 'utf8'))

interface Way {
  endpoint: Endpoint
  source: string
  /** Hours after the day's midnight (UTC) at which this endpoint is requested: before and after the day stalls, or closes. */
  hours: readonly number[]
  mayNotFail?: true
  beside?: Partial<Record<Endpoint, Page>>
}

const NONE_IN_ARCHIVE = xml('<OAI-PMH><error code="noRecordsMatch">none</error></OAI-PMH>')
const NONE_IN_FEED = xml('<rss><channel><title>cs.CL updates on arXiv.org</title></channel></rss>')
const NONE_IN_API = xml('<feed><title>x</title></feed>')

/** The response of an endpoint that has no more papers. */
export const NO_MORE: Record<Endpoint, Page> = {
  huggingface: json('[]'),
  rss: NONE_IN_FEED,
  oai: NONE_IN_ARCHIVE,
  api: NONE_IN_API,
  biorxiv: json('{"messages":[{"status":"no posts found"}],"collection":[]}'),
}

const FEED: Way = { endpoint: 'rss', source: 'arxiv:cs.CL', hours: [9, 22] }
const ARCHIVE: Way = { endpoint: 'oai', source: 'arxiv:cs.CL', hours: [36] }
const WAYS: readonly Way[] = [
  ...Array<Way>(4).fill({ endpoint: 'huggingface', source: 'huggingface', hours: [9, 15, 36] }),
  ...[FEED, FEED, ARCHIVE, ARCHIVE],
  { endpoint: 'oai', source: 'arxiv:cs.CL', hours: [22], beside: { rss: NONE_IN_FEED }, mayNotFail: true },
  { endpoint: 'api', source: 'arxiv:cs.CL', hours: [9], mayNotFail: true },
  ...Array<Way>(2).fill({ endpoint: 'biorxiv', source: 'biorxiv', hours: [12, 36, 60] }),
]

const FIRST_DAY = '2015-01-05'
const HOUR_MS = 3_600_000
/** For responses that are not meant to be slow: only a busy machine takes this long. */
const TIMEOUT_MS = 10_000
/** One in so many is large or slow. */
const HEAVY_EVERY = 50

/** The nth trial, the same for the same seed. Its day and nearly all of its papers occur only in it. */
export function trialAt(n: number, recorded: Recorded): Trial {
  const chance = chanceOfRow()
  const random = chance.random(n)
  const way = WAYS[n % WAYS.length]!
  const day = addDays(FIRST_DAY, n)
  const isOwn = random() < 0.95
  const of = (page: Page): Page => (isOwn ? onDay(page, day, n) : page)
  const { name, script, isUnusable } = scriptOf(
    way.endpoint,
    of(pick(random, recorded[way.endpoint])),
    n,
    random,
  )
  chance.record(`${n}: ${way.endpoint}, ${name}`)
  const good = { rss: of(recorded.rss[2]!), oai: NONE_IN_ARCHIVE, api: NONE_IN_API, ...way.beside }
  const others = Object.entries(good).map(([endpoint, page]) => [endpoint, () => served(page)])
  return {
    ...{ n, name: `${way.endpoint}, ${name}`, source: way.source, day },
    now: new Date(Date.parse(`${day}T00:00:00Z`) + pick(random, way.hours) * HOUR_MS).toISOString(),
    ...(!name.includes('drips') && { timeoutMs: TIMEOUT_MS }),
    scripts: { ...Object.fromEntries(others), [way.endpoint]: script },
    mustFail: isUnusable && !way.mayNotFail,
    mayNotFail: way.mayNotFail ?? false,
    mustHave: way.endpoint === 'api' && isOwn,
  }
}

/** The page with papers of its own, that the month of the day knows. */
function onDay({ format, text }: Page, day: Day, n: number): Page {
  const month = day.slice(2, 4) + day.slice(5, 7)
  const other = (digits: string) =>
    String((Number(digits) + n * 7) % 10 ** digits.length).padStart(digits.length, '0')
  return {
    format,
    text: text
      .replace(/(?<![\d.])\d{4}\.(\d{5})(?!\d)/g, (_, digits) => `${month}.${other(digits)}`)
      .replace(/(10\.64898\/\d{4}\.\d\d\.\d\d\.)(\d{6})/g, (_, before, digits) => before + other(digits))
      .replace(/<(created|updated)>\d{4}-\d\d-\d\d<\//g, `<$1>${day}</`),
  }
}

interface Scripted {
  name: string
  script: Script
  isUnusable: boolean
}

function scriptOf(endpoint: Endpoint, page: Page, n: number, random: Random): Scripted {
  const mutated = (one: Page): Mutated =>
    n % HEAVY_EVERY === 0 ? mutateHeavily(one, random, Math.floor(n / HEAVY_EVERY)) : mutate(one, random)
  const pages = pagesOf(endpoint, page)
  const chance = random()
  if (pages.length === 1 || chance < 0.6) return scripted('only page', [mutated(page)], endpoint)
  if (chance < 0.95) {
    const first = { ...served(pages[0]!), name: '' }
    return scripted('second page', [first, mutated(pages[1]!)], endpoint)
  }
  return endless(endpoint, pages, random)
}

function scripted(where: string, pages: readonly Mutated[], endpoint: Endpoint): Scripted {
  const { name, unusable = false } = pages.at(-1)!
  const script: Script = (place) => pages[place] ?? served(NO_MORE[endpoint])
  return { name: `${where}: ${name}`, script, isUnusable: unusable }
}

const BAD_TOKEN = xml('<OAI-PMH><error code="badResumptionToken">gone</error></OAI-PMH>')

function endless(endpoint: Endpoint, [page]: readonly Page[], random: Random): Scripted {
  const chance = below(random, 3)
  if (chance === 0) return { name: 'the same page for ever', script: () => served(page!), isUnusable: false }
  if (chance === 1 && endpoint === 'oai')
    return {
      name: 'a token that has always run out',
      script: (place) => served(place === 0 ? page! : BAD_TOKEN),
      isUnusable: true,
    }
  const another = (place: number): Page => numbered(onDay(page!, '2015-02-01', place), place)
  return { name: 'another page for ever', script: (place) => served(another(place)), isUnusable: false }
}

const numbered = ({ format, text }: Page, place: number): Page => ({
  format,
  text: text.replace(TOKEN, `<resumptionToken>t${place}</resumptionToken>`),
})

const TOKEN = /<resumptionToken>[^<]*<\/resumptionToken>/

/** The page in two, as its endpoint gives them; as it is where it cannot be. */
function pagesOf(endpoint: Endpoint, page: Page): Page[] {
  if (endpoint === 'oai') return recordsInTwo(page)
  if (page.format === 'xml') return [page]
  const root = JSON.parse(page.text)
  const entries: unknown[] = Array.isArray(root) ? root : root.collection
  if (entries.length < 2) return [page]
  const half = Math.ceil(entries.length / 2)
  return [entries.slice(0, half), entries.slice(half)].map((part) =>
    json(JSON.stringify(Array.isArray(root) ? part : { ...root, collection: part })),
  )
}

/** The second page of an archive is the first one once more, without what leads on. */
function recordsInTwo({ text }: Page): Page[] {
  const end = text.lastIndexOf('</ListRecords>')
  if (end < 0) return [xml(text)]
  const bare = (part: string) => part.replaceAll(/<resumptionToken[\s\S]*?(?:\/>|<\/resumptionToken>)/g, '')
  const first = `${bare(text.slice(0, end))}<resumptionToken>t</resumptionToken>${text.slice(end)}`
  return [xml(first), xml(bare(text))]
}
