import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../../src/core/database/migrations.ts'
import { addDays, type Day, WEEKDAYS } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { mailedContent } from '../../../src/digests/digest.repo.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { papersById } from '../../../src/papers/paper.repo.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { learnOrLog } from '../../../src/queries/learned/learn.ts'
import { startSink } from '../../battery/month/sink.ts'
import { startBiorxivServer } from '../../support/biorxiv-server.ts'
import { type ServedWork, startOpenalexServer } from '../../support/openalex-server.ts'
import type { Field } from './people.ts'

/** A paper of a digest. */
export interface Sent {
  person: string
  day: Day
  /** The query under which it is shown. */
  topic: string
  isRelated: boolean
  paper: Paper
}

export interface Week {
  days: Day[]
  digests: number
  sent: Sent[]
  /** Papers in the database at the end. */
  papers: number
  /** The works and preprints that the services had, and how many of them have different names. */
  served: number
  distinct: number
  requests: { day: Day; openalex: number; biorxiv: number }[]
}

/** The first fetch brings the papers of the weeks before. */
const FIRST = '2026-06-21'
const WEEK: Day[] = ['2026-06-22', '2026-06-23', '2026-06-24', '2026-06-25', '2026-06-26']
const FETCH_HOURS = [7, 19]
const DIGEST_HOUR = 20

/**
 * The week of the people of a field, through the real sources, ingest and planner. The services are stand-ins that give
 * the recorded papers of `folder`, each from its day on. People sign up on the eve of the week.
 */
export async function runWeek(folder: string, field: Field): Promise<Week> {
  const clock = stoppedClock(new Date(`${FIRST}T00:00:00Z`))
  const works = worksIn(folder)
  const openalex = await startOpenalexServer({ works, today: () => clock.now().toISOString().slice(0, 10) })
  const biorxiv = await startBiorxivServer({ folder: join(folder, 'biorxiv'), perPage: 100 })
  const sink = await startSink()
  const temporary = mkdtempSync(join(tmpdir(), 'bench-week-'))
  const postgres = await startEmbeddedPostgres(join(temporary, 'postgres'), { durable: false })
  await applyMigrations(postgres.url)
  const { deps, close } = await buildDeps(
    readConfig({
      ...{ DATABASE_URL: postgres.url, SMTP_URL: sink.url, SOURCES: field.sources },
      ...{ OPENALEX_URL: openalex.url, BIORXIV_URL: biorxiv.url },
    }),
    { clock, log: silentLog },
  )
  const requests: Week['requests'] = []
  try {
    for (let day = FIRST; day <= WEEK.at(-1)!; day = addDays(day, 1)) {
      const before = { openalex: openalex.requests.length, biorxiv: biorxiv.requests.length }
      if (day === WEEK[0]) await addPeople(deps, clock, field)
      await passDay(deps, clock, day)
      requests.push({
        day,
        openalex: openalex.requests.length - before.openalex,
        biorxiv: biorxiv.requests.length - before.biorxiv,
      })
    }
    const sent = await sentIn(deps, field)
    const digests = sink.mails.filter(({ kind }) => kind === 'digest').length
    const papers = await deps.db.paper.count()
    const names = namesIn(works, preprintsIn(folder))
    return {
      days: WEEK,
      digests,
      sent,
      papers,
      served: names.length,
      distinct: new Set(names).size,
      requests,
    }
  } finally {
    await close()
    await postgres.destroy()
    rmSync(temporary, { recursive: true, force: true })
    await openalex.close()
    await biorxiv.close()
    await sink.stop()
  }
}

const worksIn = (folder: string): ServedWork[] =>
  JSON.parse(readFileSync(join(folder, 'openalex.json'), 'utf8'))

interface Preprint {
  title: string
  /** The DOI of its article. */
  published: string
}

function preprintsIn(folder: string): Preprint[] {
  const days = join(folder, 'biorxiv')
  if (!existsSync(days)) return []
  return readdirSync(days).flatMap((name) => JSON.parse(readFileSync(join(days, name), 'utf8')) as Preprint[])
}

/** The names of all that the services have: DOIs, and titles of what has none. */
function namesIn(works: readonly ServedWork[], preprints: readonly Preprint[]): string[] {
  const wanted = works.filter(({ language }) => language === 'en') as (ServedWork & Record<string, string>)[]
  return [
    ...wanted.map(({ doi, title }) => doi?.replace('https://doi.org/', '') ?? title!),
    ...preprints.map(({ published, title }) => (published === 'NA' ? title : published)),
  ].map((name) => name.toLowerCase())
}

async function passDay(deps: Deps, clock: MovableClock, day: Day): Promise<void> {
  for (const hour of FETCH_HOURS) {
    clock.moveTo(instant(day, hour))
    await ingestDue(deps, { wait: async () => {}, fetchPolicy: { gapMs: 0 } })
  }
  if (!WEEK.includes(day)) return
  await learnOrLog(deps)
  clock.moveTo(instant(day, DIGEST_HOUR))
  await planDigests(deps)
  const compose = await openComposer(deps)
  await deliverReady({ ...deps, compose }, { lane: 'bulk', signal: new AbortController().signal })
}

async function addPeople(deps: Deps, clock: MovableClock, { people }: Field): Promise<void> {
  clock.moveTo(instant(addDays(WEEK[0]!, -1), DIGEST_HOUR))
  for (const { name, topics } of people)
    await addSubscriber(deps, {
      email: addressOf(name),
      topics: [...topics],
      ...{ zone: 'UTC', hour: String(DIGEST_HOUR), days: WEEKDAYS, max: '25', consent: 'a week' },
    })
}

const instant = (day: Day, hour: number): Date => new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`)

const addressOf = (name: string): string => `${name.replaceAll(' ', '-')}@reader.example`

/** What the digests hold, read from the messages. */
async function sentIn({ db }: Deps, { people }: Field): Promise<Sent[]> {
  const messages = await db.message.findMany({ where: { kind: 'digest' }, orderBy: { datedAt: 'asc' } })
  const topics = new Map((await db.topic.findMany({ include: { query: true } })).map((one) => [one.id, one]))
  const sent: Sent[] = []
  for (const { id, toAddress } of messages) {
    const { content } = (await mailedContent(db, { messageId: id }))!
    const person = people.find(({ name }) => addressOf(name) === toAddress)!.name
    const ids = content.sections.flatMap(({ papers }) => papers.map((paper) => paper.id))
    const papers = new Map((await papersById(db, ids)).map((paper) => [paper.id, paper]))
    for (const { topicId, close, papers: shown } of content.sections)
      for (const { id, closeTo } of shown) {
        const topic = topics.get(topicId ?? closeTo!.topicId)!
        const paper = papers.get(id)!
        sent.push({
          person,
          day: content.localDate,
          topic: topic.query.text,
          isRelated: close ?? false,
          paper,
        })
      }
  }
  return sent
}
