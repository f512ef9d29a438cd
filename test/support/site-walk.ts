import type { FastifyInstance } from 'fastify'
import type { Page } from 'playwright-core'
import { readConfig } from '../../src/config.ts'
import { stoppedClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import type { ErrorCode } from '../../src/platform/error-table.ts'
import { Fault } from '../../src/platform/errors.ts'
import { silentLog } from '../../src/platform/log.ts'
import { openQueue } from '../../src/platform/queue.ts'
import { buildServer } from '../../src/web/server.ts'
import { NOW, post, type TestSite } from './site.ts'
import { CROWDED_PAPER, FULL_DAY, seedWorld, tokensOf } from './walk-world.ts'

type Fields = Record<string, string | string[]>

/** A page in a state that matters. */
export interface Stop {
  name: string
  /** Where it stands; what has to happen first, so that it does, happens here, once. */
  path(walk: WorldOfWalk): string | Promise<string>
  /** The page is what a form with these fields is answered with. */
  fields?: Fields
  /** 200, unless said otherwise. */
  status?: number
}

interface WorldOfWalk {
  site: TestSite
  tokens: ReturnType<typeof tokensOf>
}

const at = (path: string) => () => path
const fault = (code: ErrorCode, status: number): Stop => ({
  name: `fault-${status}`,
  path: at(`/walk/${code}`),
  status,
})

/** Presses a button of a page, and says where it leads. */
async function pressed({ site }: WorldOfWalk, path: string, fields: Fields = {}): Promise<string> {
  const { statusCode, headers } = await post(site, path, fields)
  if (statusCode !== 303) throw new Error(`POST ${path}: ${statusCode}`)
  return headers.location as string
}

const WRONG = { email: 'ann', topic: 'linear AND', zone: 'EST', hour: '8', max: '99', format: 'html' }

/** Every page of the site in every state that matters. */
export const STOPS: Stop[] = [
  { name: 'home', path: at('/') },
  { name: 'day', path: at('/papers/date/2026-11-23') },
  { name: 'day-of-many', path: at(`/papers/date/${FULL_DAY}`) },
  { name: 'day-page-2', path: at(`/papers/date/${FULL_DAY}?page=2`) },
  { name: 'day-of-last-year', path: at('/papers/date/2025-12-31') },
  { name: 'day-empty', path: at('/papers/date/2026-11-22') },
  { name: 'date', path: at('/papers/date') },
  { name: 'date-wrong', path: at('/papers/date?date=24+Nov'), status: 422 },
  { name: 'paper', path: at('/papers/2507.06457') },
  { name: 'paper-crowded', path: at(`/papers/${CROWDED_PAPER}`) },
  { name: 'paper-bare', path: at('/papers/id:4') },
  { name: 'subscribe', path: at('/subscribe') },
  { name: 'subscribe-wrong', path: at('/subscribe'), fields: WRONG, status: 422 },
  { name: 'check-inbox', path: at('/check-inbox') },
  { name: 'confirm', path: async ({ tokens }) => `/confirm/${await tokens.confirm('asked@example.com')}` },
  {
    name: 'confirm-best',
    path: async ({ tokens }) => `/confirm/${await tokens.confirm('best-asked@example.com')}`,
  },
  {
    name: 'confirm-more-topics',
    path: async ({ tokens }) => `/confirm/${await tokens.confirm('ann@example.com')}`,
  },
  {
    name: 'unsubscribe',
    path: async ({ tokens }) => `/unsubscribe/${await tokens.of('unsubscribe', 'ann@example.com')}`,
  },
  { name: 'unsubscribe-unknown', path: at('/unsubscribe/nonsense') },
  {
    name: 'unsubscribed',
    path: async (walk) => {
      const token = await walk.tokens.of('unsubscribe', 'gone@example.com')
      return pressed(walk, `/unsubscribe/${token}`, { from: 'page' })
    },
  },
  { name: 'unsubscribed-unknown', path: at('/unsubscribed') },
  {
    name: 'undone',
    path: async (walk) => {
      const token = await walk.tokens.of('unsubscribe', 'left@example.com')
      return pressed(walk, await pressed(walk, `/unsubscribe/${token}`, { from: 'page' }))
    },
  },
  { name: 'privacy', path: at('/privacy') },
  { name: 'fault-404', path: at('/nothing/here'), status: 404 },
  {
    name: 'fault-410',
    path: ({ tokens }) => `/confirm/${tokens.sign('confirm', '1', 0, new Date('2026-11-01T00:00:00Z'))}`,
    status: 410,
  },
  fault('rate.too-many', 429),
  fault('unexpected', 500),
  fault('database.unreachable', 503),
]

/** GET routes whose answers are for machines. */
export const NOT_PAGES = ['/live', '/ready', '/robots.txt']

export interface Walk extends WorldOfWalk {
  base: string
  /** Patterns of all GET routes of the site. */
  routes: string[]
  /** The path of a stop; by whatever it takes, once. */
  pathOf(name: string): Promise<string>
  /** Shows a stop in a browser's window. */
  visit(page: Page, name: string): Promise<void>
  close(): Promise<void>
}

/** A site on a database of its own, full of people and papers, that listens. */
export async function openWalk(databaseUrl: string): Promise<Walk> {
  const clock = stoppedClock(NOW)
  const database = openDatabase(databaseUrl, silentLog)
  const queue = await openQueue(databaseUrl, silentLog)
  const config = readConfig({})
  const deps = { config, clock, log: silentLog, db: database.db, databaseUrl, queue }
  const app = buildServer(deps)
  const routes = watchRoutes(app)
  app.get('/walk/:code', async ({ params }) => {
    const { code } = params as { code: ErrorCode }
    throw new Fault(code, { wait: 'a minute', seconds: 60 })
  })
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const site: TestSite = { app, deps, db: database.db, clock, logged: [] }
  await seedWorld(site)
  const world = { site, tokens: tokensOf(site) }
  const paths = new Map<string, Promise<string>>()
  const pathOf = (name: string): Promise<string> => {
    if (!paths.has(name)) paths.set(name, Promise.resolve(stopNamed(name).path(world)))
    return paths.get(name)!
  }
  return {
    ...world,
    base,
    routes,
    pathOf,
    visit: async (page, name) => show(page, base + (await pathOf(name)), stopNamed(name)),
    close: async () => {
      await app.close()
      await queue.stop()
      await database.close()
    },
  }
}

const stopNamed = (name: string): Stop => STOPS.find((stop) => stop.name === name)!

function watchRoutes(app: FastifyInstance): string[] {
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if ([method].flat().includes('GET') && !/^\/(assets|walk)\//.test(url)) routes.push(url)
  })
  return routes
}

/** Goes to a page, or posts the fields of a form there as if its button had been pressed. */
async function show(page: Page, url: string, { name, fields, status = 200 }: Stop): Promise<void> {
  if (fields) {
    await page.route(url, (route) => route.continue(posted(fields)), { times: 1 })
  }
  const answer = await page.goto(url)
  if (answer?.status() !== status) throw new Error(`${name}: ${answer?.status()} instead of ${status}`)
}

function posted(fields: Fields) {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    postData: form.toString(),
  }
}
