import { createHash } from 'node:crypto'
import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { openAsker, settingsOf } from './mutated.ts'
import { type Page, served } from './mutated-page.ts'
import { type Endpoint, startMutatedServer } from './mutated-server.ts'
import { NO_MORE } from './mutated-trials.ts'
import type { Said } from './mutated-worker.ts'

export interface PoisonedSeen {
  days: number
  entries: number
  /** Entries without poison that are not there. */
  lost: string[]
  /** Days whose entries are not all papers, or left out with a reason. */
  unaccounted: string[]
  /** Papers that the database rejected, and that their source day does not name. */
  unnamed: string[]
  /** Faults, and whatever else was thrown. */
  failed: string[]
}

type Fields = Record<string, unknown>

/** A source, and how it writes an entry of these fields. */
interface Kind {
  source: string
  endpoint: Endpoint
  /** A good entry, the nth of its day. */
  entry(n: number): Fields
  /** The page of some entries. */
  page(entries: Fields[]): Page
}

const DAY = '2026-08-14'
const NOW = `${DAY}T09:00:00Z`
/** Every response is whole: only a busy machine takes this long to send one. */
const TIMEOUT_MS = 30_000
const GOOD = 60
/** Of entries that are within the bounds, and that the database of this row rejects nevertheless: see makeStrict. */
const REJECTED = [900, 901]

const KINDS: Kind[] = [
  {
    source: 'huggingface',
    endpoint: 'huggingface',
    entry: (n) => ({
      ...{
        id: `2608.${10_000 + n}`,
        title: `Hugging Face paper ${n}`,
        summary: 'One.',
        upvotes: n,
        ai_summary: 'Two.',
      },
      ...{ authors: [{ name: 'A. Li' }], ai_keywords: ['a'], organization: { fullname: 'Lab' } },
      ...{
        publishedAt: `${DAY}T00:00:00Z`,
        githubRepo: 'https://x.example/',
        projectPage: 'https://y.example/',
      },
    }),
    page: (entries) => ({
      format: 'json',
      text: JSON.stringify(entries.map((paper) => ({ paper, numComments: paper.upvotes }))),
    }),
  },
  {
    source: 'biorxiv',
    endpoint: 'biorxiv',
    entry: (n) => ({
      ...{
        doi: `10.64898/2026.08.14.${600_000 + n}`,
        title: `bioRxiv paper ${n}`,
        abstract: 'One.',
        version: '1',
      },
      ...{ authors: 'Li, A.; Xu, B.', category: 'zoology', date: DAY, published: 'NA', type: 'new results' },
      author_corresponding_institution: 'Lab',
    }),
    page: (collection) => ({
      format: 'json',
      text: JSON.stringify({ messages: [{ status: 'ok' }], collection }),
    }),
  },
  {
    source: 'arxiv:cs.CL',
    endpoint: 'rss',
    entry: (n) => ({
      ...{ guid: `oai:arXiv.org:2608.${20_000 + n}v1`, title: `arXiv paper ${n}`, announce_type: 'new' },
      ...{ description: 'One.', category: 'cs.CL', creator: 'A. Li, B. Xu', DOI: `10.1000/${n}` },
    }),
    page: (items) => ({
      format: 'xml',
      text: `<rss><channel><title>x</title>${items.map(item).join('')}</channel></rss>`,
    }),
  },
]

const item = (fields: Fields): string =>
  `<item>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${asXml(value)}</${name}>`)
    .join('')}</item>`

const asXml = (value: unknown): string =>
  String(value)
    .replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\0\ud800-\udfff]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** Of no pattern that Postgres could compress. */
const long = Array.from({ length: 60 }, (_, n) => createHash('sha256').update(`${n}`).digest('hex')).join('')

const poisonsFor = (n: number): unknown[] => [
  ...[1e12, -1, 1.5, 1e300, null, {}, [[]], 'a\0b', '\0', '\ud800', 'a\udc00b', '中'.repeat(1900)],
  ...['x'.repeat(100_000), long, `10.1000/${long}`, `10.1000/${'中'.repeat(1900)}`, '10.1000/\0\ud800'],
  ...[`2608.${30_000 + n}v999999999999`, `oai:arXiv.org:2608.${40_000 + n}v999999999999`],
  ...[`${'a'.repeat(1900)}/9901001`, '99999999999999999999'],
  ...['9999-99-99', '+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z'],
]

/** Each field of an entry with each poison, one by one, in a paper of its own. */
const poisoned = (kind: Kind): Fields[] =>
  Object.keys(kind.entry(0)).flatMap((field, f) =>
    poisonsFor(f * 100).map((poison, p) => {
      const n = 1000 + f * 100 + p
      return { ...kind.entry(n), title: `${kind.source}, poisoned ${n}`, [field]: poison }
    }),
  )

/** Good entries between all others. */
function entriesOf(kind: Kind): Fields[] {
  const good = Array.from({ length: GOOD }, (_, n) => kind.entry(n))
  const bad = [...REJECTED.map(kind.entry), ...poisoned(kind)]
  const each = Math.ceil(bad.length / GOOD)
  return good.flatMap((one, n) => [one, ...bad.slice(n * each, (n + 1) * each)])
}

/** One day of each source, of which most entries are poisoned. */
export async function runPoisoned(part?: WrongPart): Promise<PoisonedSeen> {
  const server = await startMutatedServer()
  const postgres = await ownDatabase()
  const { db, close } = openDatabase(postgres.url, silentLog, { connections: 2 })
  const asker = openAsker(settingsOf(postgres.url, server.url), part)
  const seen: PoisonedSeen = { days: 0, entries: 0, lost: [], unaccounted: [], unnamed: [], failed: [] }
  try {
    await makeStrict(db)
    for (const kind of KINDS) {
      const entries = entriesOf(kind)
      const page = served(kind.page(entries))
      const none = served(NO_MORE[kind.endpoint])
      const others = { oai: () => served(NO_MORE.oai), api: () => served(NO_MORE.api) }
      server.play({ ...others, [kind.endpoint]: (place: number) => (place === 0 ? page : none) })
      const said = await asker.ask({ source: kind.source, day: DAY, now: NOW, timeoutMs: TIMEOUT_MS })
      look(seen, kind, { entries: entries.length, said, found: await foundIn(db, kind) })
    }
    return seen
  } finally {
    asker.stop()
    await server.close()
    await close()
    await postgres.destroy()
  }
}

async function makeStrict(db: Database): Promise<void> {
  await db.$executeRaw`alter table paper add check (title !~ ' 900$')`
  await db.$executeRaw`alter table paper_key add check (value !~ '0901$')`
}

interface Found {
  titles: string[]
  /** What the source day names. */
  rejected: string[]
}

async function foundIn(db: Database, { source }: Kind): Promise<Found> {
  const papers = await db.listing.findMany({
    where: { source },
    select: { paper: { select: { title: true } } },
  })
  const day = await db.sourceDay.findFirst({ where: { source } })
  return { titles: papers.map(({ paper }) => paper.title), rejected: day?.rejected ?? [] }
}

function look(
  seen: PoisonedSeen,
  { source, entry }: Kind,
  { entries, said, found }: { entries: number; said: Said | undefined; found: Found },
): void {
  seen.days++
  seen.entries += entries
  const { listed = 0, leftOut = 0, fault, other } = said ?? { other: 'the process ended' }
  if (fault ?? other) seen.failed.push(`${source}: ${fault ?? other}`)
  if (listed + leftOut !== entries || listed !== found.titles.length)
    seen.unaccounted.push(`${source}: ${entries} entries, ${listed} papers, ${leftOut} left out`)
  const there = new Set(found.titles)
  const good = Array.from({ length: GOOD }, (_, n) => String(entry(n).title))
  seen.lost.push(...good.filter((title) => !there.has(title)))
  if (found.rejected.length !== REJECTED.length) seen.unnamed.push(`${source}: names ${found.rejected}`)
}
