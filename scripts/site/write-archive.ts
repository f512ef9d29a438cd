import { Eta } from 'eta'
import { type Config, readConfig, readEnvironment } from '../../src/config/config.ts'
import { requireMigrated } from '../../src/core/database/migrations.ts'
import { dayOf } from '../../src/core/dates.ts'
import { addQueue, buildDeps, type Deps, type ServiceDeps } from '../../src/core/deps.ts'
import { type Log, openLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { longDate } from '../../src/i18n/dates.ts'
import { paperPathOf } from '../../src/papers/paper-key.ts'
import { searchArchive } from '../../src/search/search-archive.ts'
import { buildServer } from '../../src/web/server.ts'
import { archivePages, topicPages } from './archive-pages.ts'
import { type Crawl, crawl, listsIn, type Site } from './crawl.ts'
import { ABOUT_COPY, openStaticCopy, requireOwnFolder, writeFiles } from './static-copy.ts'
import { withContent } from './static-page.ts'

/**
 * The crawler's address. It is reserved for documentation (RFC 5737), so no visitor has it: clearing its rate limits
 * changes no other's.
 */
const CRAWLER = '192.0.2.1'
const CRAWLER_NETWORK = '192.0.2.'

export interface ArchiveCopy {
  /** A query. Only its results are copied; without one, all papers. */
  topic?: string
  /** Where the copy will be published. */
  url: string
}

/** Writes the papers of the settings' database as files. Returns the names of the files. */
export async function writeOwnArchive(folder: string, copy: ArchiveCopy): Promise<string[]> {
  const config = readConfig(readEnvironment(), FEATURES)
  const log: Log = openLog('warn', process.stderr)
  const built = await buildDeps(config, { features: FEATURES, log, maxSilenceMs: 0 })
  try {
    await requireMigrated(built.deps.db)
  } catch (error) {
    await built.close()
    throw error
  }
  const { deps, close } = await addQueue(built)
  try {
    return await writeArchive(deps, folder, copy)
  } finally {
    await close()
  }
}

/** Throws query.*, and an error if no paper matches the topic. */
export async function writeArchive(
  deps: ServiceDeps,
  folder: string,
  { topic, url }: ArchiveCopy,
): Promise<string[]> {
  requireOwnFolder(folder)
  const papers = topic === undefined ? undefined : await pathsOfMatches(deps, topic)
  const app = buildServer(deps)
  try {
    const site = siteOf(deps, app)
    const pages =
      topic !== undefined && papers ? topicPages(topic, papers) : archivePages(await listsIn(site))
    const crawled = await crawl(site, pages)
    return writeFiles(folder, contentsOf(deps, crawled, { topic, url }))
  } finally {
    await app.close()
  }
}

/** Of all pages of results that visitors can open. */
async function pathsOfMatches(deps: Deps, topic: string): Promise<Set<string>> {
  const paths = new Set<string>()
  for (let page = 1, pages = 1; page <= pages; page++) {
    const searched = await searchArchive(deps, { query: topic, order: 'best', selection: {}, page })
    pages = searched.pages
    for (const { paper } of searched.found) paths.add(paperPathOf(paper))
  }
  if (paths.size === 0) throw new Error(`No paper matches the topic ${topic}.`)
  return paths
}

const siteOf = ({ config, db }: ServiceDeps, app: ReturnType<typeof buildServer>): Site => ({
  origin: new URL(config.BASE_URL).origin,
  get: async (url) => {
    await db.bucket.deleteMany({ where: { key: { contains: ` ${CRAWLER_NETWORK}` } } })
    const { statusCode, headers, body } = await app.inject({
      url: `${url.pathname}${url.search}`,
      headers: { host: url.host },
      remoteAddress: CRAWLER,
    })
    return {
      status: statusCode,
      type: String(headers['content-type'] ?? ''),
      location: headers.location === undefined ? null : String(headers.location),
      body,
    }
  },
})

/** The content of each file. Links to other pages lead to the site itself if it is public. */
function contentsOf(
  { config, clock }: ServiceDeps,
  crawled: Crawl,
  { topic, url }: ArchiveCopy,
): Map<string, string> {
  const date = longDate(dayOf(clock.now()))
  const { contents, addPage } = openStaticCopy({
    crawled,
    origin: new URL(config.BASE_URL).origin,
    url,
    formsFile: ABOUT_COPY,
    line: { text: `This is a copy of ${date}.`, link: 'What is not in it' },
    elsewhere: (target) => (isPublic(config) ? target.href : ABOUT_COPY),
  })
  addPage(ABOUT_COPY, aboutPage(config, crawled, { topic, date }))
  return contents
}

const isPublic = ({ BASE_URL }: Config): boolean => BASE_URL.startsWith('https://')

function aboutPage(
  config: Config,
  { files }: Crawl,
  { topic, date }: { topic?: string; date: string },
): string {
  const subscribe = new URL('/subscribe', config.BASE_URL)
  if (topic !== undefined) subscribe.searchParams.set('topic', topic)
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  const content = eta.render('about-copy.eta', {
    date,
    topic,
    home: topic === undefined ? '/' : [...files.values()][0]!.url.href,
    live: isPublic(config) ? { site: config.BASE_URL, subscribe: subscribe.href } : null,
  })
  return withContent([...files.values()][0]!.body, { title: 'About this copy', content })
}
