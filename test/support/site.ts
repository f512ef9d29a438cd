import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../src/core/clock.ts'
import type { Database, OpenDatabase } from '../../src/core/database/database.ts'
import type { SearchThread, ServiceDeps } from '../../src/core/deps.ts'
import { openLog } from '../../src/core/log.ts'
import { openQueue, type Queue } from '../../src/core/queue.ts'
import { FEATURES } from '../../src/features/index.ts'
import { signLink } from '../../src/subscribers/links.ts'
import { SIGNUP_EMAIL_KINDS, type SignupEmailContent } from '../../src/subscribers/record-signup-request.ts'
import { buildServer } from '../../src/web/server.ts'
import { emptyTables, useDatabase } from './database.ts'

export const NOW = new Date('2026-11-24T12:00:00Z')

export interface TestSite {
  readonly app: FastifyInstance
  readonly deps: ServiceDeps
  readonly db: OpenDatabase['db']
  readonly clock: MovableClock
  /** Every line that was logged, since the beginning. */
  readonly logged: string[]
}

/**
 * The whole site on a real database, with a clock that is set to NOW before each test; tables are emptied then. Without a
 * `searchThread`, searches run in the thread of the test.
 */
export function useSite(
  settings: Record<string, string> = {},
  { searchThread }: { searchThread?: SearchThread } = {},
): TestSite {
  const database = useDatabase()
  const clock = stoppedClock(NOW)
  const logged: string[] = []
  let queue: Queue
  let deps: ServiceDeps
  let app: FastifyInstance
  beforeAll(async () => {
    const log = openLog('info', { write: (line) => void logged.push(line) })
    queue = await openQueue(database.url, log)
    const config = readConfig(settings, FEATURES)
    const { db, url: databaseUrl } = database
    deps = { config, clock, features: FEATURES, log, searchThread, db, databaseUrl, queue }
    app = buildServer(deps)
    await app.ready()
    looksBeforeEachRequest(app)
  })
  afterAll(async () => {
    await app?.close()
    await queue?.stop()
  })
  beforeEach(async () => {
    clock.moveTo(NOW)
    await emptyTables(database.db)
    // The papers of two tests may have the same numbers and times.
    await app.papers.refresh()
  })
  return {
    get app() {
      return app
    },
    get deps() {
      return deps
    },
    get db() {
      return database.db
    },
    clock,
    logged,
  }
}

/** In the service a timer looks for new papers. */
function looksBeforeEachRequest(app: FastifyInstance): void {
  const inject = app.inject.bind(app) as (request: InjectOptions | string) => Promise<LightMyRequestResponse>
  app.inject = (async (request: InjectOptions | string) => {
    await app.papers.refresh()
    return inject(request)
  }) as typeof app.inject
}

/** The content of the newest answer to the form that an address got, and its kind. */
export async function newestMail(
  db: Database,
  address: string,
  kinds: readonly string[] = SIGNUP_EMAIL_KINDS,
): Promise<{ kind: string; content: SignupEmailContent }> {
  const row = await db.message.findFirstOrThrow({
    where: { toAddress: address, kind: { in: [...kinds] } },
    orderBy: [{ datedAt: 'desc' }, { batchId: 'desc' }],
  })
  return { kind: row.kind, content: row.content as unknown as SignupEmailContent }
}

/** The token in the confirmation that was mailed last to an address. */
export async function confirmToken({ db, deps }: TestSite, address: string): Promise<string> {
  const { content } = await newestMail(db, address, ['confirmation', 'add-topics'])
  const link = { id: String(content.signupId), epoch: 0, issuedAt: new Date(content.askedAt) }
  return signLink({ purpose: 'confirm', ...link }, deps.config.APP_SECRET[0]!)
}

/** The token of the unsubscribe link in any mail to an address. */
export async function unsubscribeToken({ db, deps }: TestSite, address: string): Promise<string> {
  const { id, epoch } = await db.subscriber.findFirstOrThrow({ where: { address } })
  return signLink(
    { purpose: 'unsubscribe', id, epoch, issuedAt: deps.clock.now() },
    deps.config.APP_SECRET[0]!,
  )
}

/** Signs up and confirms through the site, as a person would. */
export async function subscribeThroughSite(
  site: TestSite,
  email: string,
  fields: object = {},
): Promise<void> {
  await post(site, '/subscribe', { email, ...fields })
  await post(site, `/confirm/${await confirmToken(site, email)}`)
}

/** A page as a browser asks for it. */
export const get = ({ app }: TestSite, url: string) => app.inject({ url, headers: { accept: 'text/html' } })

/** A form as a browser posts it; a list is a field that comes more than once. */
export function post({ app }: TestSite, url: string, fields: object = {}) {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) form.append(name, String(one))
  }
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    payload: form.toString(),
  })
}

/** What a page says: its text on one line. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')

/** Presses a button: what the page that it leads to says back, its address, and all of it. Throws where it leads nowhere. */
export async function press(
  site: TestSite,
  path: string,
  fields: object,
): Promise<{ said: string; url: string; body: string }> {
  const { statusCode, headers } = await post(site, path, fields)
  if (statusCode !== 303) throw new Error(`POST ${path.replace(/[\w-]{40,}/, 'TOKEN')}: ${statusCode}`)
  const url = headers.location as string
  const { body } = await get(site, url)
  return { said: textOf(body.match(/role="status">([\s\S]*?)<\/div>/)?.[1] ?? '').trim(), url, body }
}
