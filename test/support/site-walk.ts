import type { FastifyInstance } from 'fastify'
import type { Page, Response } from 'playwright-core'
import { readConfig } from '../../src/config/config.ts'
import { stoppedClock } from '../../src/core/clock.ts'
import { openDatabase } from '../../src/core/database/database.ts'
import { DAY_MS } from '../../src/core/dates.ts'
import type { ErrorCode } from '../../src/core/error-table.ts'
import { Fault } from '../../src/core/errors.ts'
import { silentLog } from '../../src/core/log.ts'
import { openQueue } from '../../src/core/queue.ts'
import { claimTick } from '../../src/core/tick.repo.ts'
import { FEATURES } from '../../src/features/index.ts'
import type { LinkPurpose } from '../../src/subscribers/links.ts'
import { buildServer, REQUEST_LIMITS } from '../../src/web/server.ts'
import { GUESSED_ADDRESSES } from '../../src/web/site/guessed-addresses.ts'
import { get, NOW, post, type TestSite } from './site.ts'
import { CROWDED_PAPER, FULL_DAY, seedWorld, tokensOf } from './walk-world.ts'

const HOUR_MS = 3600_000

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
  /** It loads a script. */
  scripted?: boolean
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
const MISTYPED = { email: 'new@gamil.com', sure: 'new@gamil.com', topic: 'robots' }
const TWO_TOPICS = { email: '', topic: 'attention, zeolite catalysis' }

const LIBRARY = `@article{a, title = {World models for robots}}
@article{b, title = {World models that last}}
@article{c, title = {No end
@misc{d, eprint = {2501.99999}}`

/** The path of a link in an email to a subscriber. */
const linked =
  (purpose: LinkPurpose, email: string, rest = '') =>
  async ({ tokens }: WorldOfWalk) =>
    `/${purpose}/${await tokens.of(purpose, email)}${rest}`

/** Where a confirmation leads. */
const asked =
  (email: string) =>
  async ({ tokens }: WorldOfWalk) =>
    `/confirm/${await tokens.confirm(email)}`

const old = new Date('2026-10-01T00:00:00Z')

const PAPERS: Stop[] = [
  { name: 'home', scripted: true, path: at('/') },
  { name: 'day', scripted: true, path: at('/papers/date/2026-11-23') },
  { name: 'day-of-many', scripted: true, path: at(`/papers/date/${FULL_DAY}`) },
  { name: 'day-page-2', scripted: true, path: at(`/papers/date/${FULL_DAY}?page=2`) },
  { name: 'day-of-last-year', scripted: true, path: at('/papers/date/2025-12-31') },
  { name: 'day-empty', scripted: true, path: at('/papers/date/2026-11-22') },
  { name: 'week', scripted: true, path: at('/papers/week/2026-W48') },
  { name: 'week-with-code', scripted: true, path: at('/papers/week/2026-W48?sort=newest&code=1') },
  { name: 'week-empty', scripted: true, path: at('/papers/week/2026-W10') },
  { name: 'week-wrong', path: at('/papers/week/2026-W54'), status: 404 },
  { name: 'month', scripted: true, path: at('/papers/month/2026-11') },
  { name: 'trending', scripted: true, path: at('/papers/trending') },
  { name: 'date', path: at('/papers/date') },
  { name: 'date-wrong', path: at('/papers/date?date=24+Nov'), status: 422 },
  { name: 'search', path: at('/papers') },
  { name: 'search-results', scripted: true, path: at('/papers?q=attention') },
  { name: 'search-page-2', scripted: true, path: at('/papers?q=attention+OR+world&sort=newest&page=2') },
  { name: 'search-narrowed', scripted: true, path: at('/papers?q=attention&cat=cs.CL&month=2026-11&code=1') },
  { name: 'search-narrowed-to-nothing', scripted: true, path: at('/papers?q=attention&cat=cs.RO') },
  { name: 'search-nothing', scripted: true, path: at('/papers?q=hybrid+zeolite') },
  { name: 'search-misspelled', scripted: true, path: at('/papers?q=linear+atention') },
  { name: 'search-wrong', path: at('/papers?q=linear+AND'), status: 422 },
  { name: 'paper', scripted: true, path: at('/papers/2507.06457') },
  { name: 'paper-crowded', scripted: true, path: at(`/papers/${CROWDED_PAPER}`) },
  {
    name: 'paper-bare',
    scripted: true,
    path: async ({ site }) => {
      const title = 'A Paper Known by Its Title Alone'
      const { id } = await site.db.paper.findFirstOrThrow({ where: { title } })
      return `/papers/id:${id}`
    },
  },
]

const SIGNUP: Stop[] = [
  { name: 'subscribe', scripted: true, path: at('/subscribe') },
  {
    name: 'subscribe-mistyped',
    scripted: true,
    path: at('/subscribe'),
    fields: { email: 'new@gamil.com', topic: 'robots' },
    status: 422,
  },
  { name: 'subscribe-wrong', scripted: true, path: at('/subscribe'), fields: WRONG, status: 422 },
  {
    name: 'subscribe-warned',
    scripted: true,
    path: at('/subscribe'),
    fields: { email: 'new@example.com', topic: 'linear xylophone', banner: '1' },
    status: 422,
  },
  { name: 'preview', scripted: true, path: at('/preview'), fields: TWO_TOPICS },
  { name: 'preview-nothing', scripted: true, path: at('/preview'), fields: { topic: 'zeolite catalysis' } },
  {
    name: 'preview-wide',
    scripted: true,
    path: at('/preview'),
    fields: { topic: 'attention OR report OR linear -zeolite, linear attention', max: '2' },
  },
  {
    name: 'preview-narrow',
    scripted: true,
    path: at('/preview'),
    fields: { topic: '"hybrid attention" -zeolite' },
  },
  { name: 'preview-close', scripted: true, path: at('/preview'), fields: { topic: 'attention contexts' } },
  {
    name: 'preview-misspelled',
    scripted: true,
    path: at('/preview'),
    fields: { topic: 'linear atention' },
  },
  {
    name: 'preview-wrong',
    scripted: true,
    path: at('/preview'),
    fields: { topic: 'linear AND' },
    status: 422,
  },
  { name: 'subscribe-library', scripted: true, path: at('/subscribe/library'), fields: { library: LIBRARY } },
  {
    name: 'subscribe-library-offers',
    scripted: true,
    path: at('/subscribe/library'),
    fields: { library: 'Medieval trade routes\nReinforcement learning for rivers' },
  },
  {
    name: 'subscribe-library-empty',
    scripted: true,
    path: at('/subscribe/library'),
    fields: { library: '' },
    status: 422,
  },
  {
    name: 'check-inbox',
    path: (walk) => pressed(walk, '/subscribe', MISTYPED),
  },
  {
    name: 'subscribe-corrected',
    scripted: true,
    path: async (walk) => `${await pressed(walk, '/subscribe', MISTYPED)}/change`,
  },
  { name: 'check-inbox-wrong', path: at('/subscribe'), fields: { email: 'ann', again: '1' }, status: 422 },
  { name: 'confirm', path: asked('asked@example.com') },
  { name: 'confirm-best', path: asked('best-asked@example.com') },
  { name: 'confirm-more-topics', path: asked('ann@example.com') },
  {
    name: 'confirmed',
    path: async (walk) => pressed(walk, await asked('done@example.com')(walk)),
  },
  {
    name: 'confirmed-again',
    path: async (walk) => {
      const path = await asked('again@example.com')(walk)
      await pressed(walk, path)
      return path
    },
  },
]

const MANAGE: Stop[] = [
  { name: 'manage', path: linked('manage', 'ann@example.com') },
  {
    name: 'manage-saved',
    path: async (walk) => {
      const path = await linked('manage', 'weekly@example.com')(walk)
      return pressed(walk, path, { do: 'settings', hour: '21', days: ['', 'tue', 'fri'] })
    },
  },
  {
    name: 'manage-wrong',
    path: linked('manage', 'weekly@example.com'),
    fields: { do: 'settings', hour: '8', zone: 'EST', max: '99', days: '' },
    status: 422,
  },
  { name: 'manage-schedule', path: linked('manage', 'ann@example.com', '?edit=schedule') },
  { name: 'manage-pause', path: linked('manage', 'ann@example.com', '?edit=pause') },
  {
    name: 'manage-library',
    path: linked('manage', 'ann@example.com', '/library'),
    fields: { do: 'settings', library: LIBRARY },
  },
  {
    name: 'manage-library-offers',
    path: linked('manage', 'ann@example.com', '/library'),
    fields: { do: 'settings', library: 'Medieval trade routes\nLattice gauge theory' },
  },
  { name: 'manage-many', path: linked('manage', 'many@example.com') },
  { name: 'manage-best', path: linked('manage', 'best@example.com') },
  { name: 'manage-paused', path: linked('manage', 'paused@example.com') },
  { name: 'manage-over', path: linked('manage', 'over@example.com') },
  { name: 'manage-suppressed', path: linked('manage', 'refused@example.com') },
  { name: 'manage-unknown', path: at('/manage/nonsense'), status: 404 },
]

/** The page of a subscriber's first topic, from a paper. */
const topicOf =
  (email: string, tried: Fields = {}) =>
  async (walk: WorldOfWalk) => {
    const { db } = walk.site
    const topic = await db.topic.findFirstOrThrow({ where: { subscriber: { address: email }, position: 0 } })
    const title = 'A Systematic Analysis of Hybrid Linear Attention'
    const { id } = await db.paper.findFirstOrThrow({ where: { title } })
    const query = new URLSearchParams({ paper: String(id), ...tried } as Record<string, string>)
    return `${await linked('manage', email)(walk)}/topics/${topic.id}?${query}`
  }

const FOLLOWING = { as: 'new', name: 'Dustin Wang', query: 'author:"Dustin Wang"' }

const TOPICS: Stop[] = [
  { name: 'topic', scripted: true, path: topicOf('ann@example.com', { edit: 'topic' }) },
  {
    name: 'topic-muted',
    scripted: true,
    path: topicOf('ann@example.com', { query: 'linear attention -Systematic' }),
  },
  { name: 'topic-followed', scripted: true, path: topicOf('ann@example.com', FOLLOWING) },
  {
    name: 'topic-wrong',
    scripted: true,
    path: topicOf('ann@example.com', { query: 'linear AND' }),
    status: 422,
  },
  {
    name: 'topic-saved',
    scripted: true,
    path: async (walk) => {
      const path = await topicOf('trying@example.com', { edit: 'topic' })(walk)
      return pressed(walk, path, { do: 'change', query: 'linear attention -survey' })
    },
  },
  { name: 'vote-more', path: topicOf('ann@example.com') },
  { name: 'vote-less', path: topicOf('ann@example.com', { vote: 'less' }) },
  {
    name: 'vote-done',
    path: async (walk) => pressed(walk, await topicOf('liking@example.com')(walk), { do: 'more' }),
  },
  {
    name: 'vote-undone',
    path: async (walk) => {
      const path = await topicOf('liking@example.com')(walk)
      await pressed(walk, path, { do: 'more' })
      return pressed(walk, path, { do: 'back' })
    },
  },
  { name: 'step-more', path: topicOf('ann@example.com', { step: 'more' }) },
  {
    name: 'step-done',
    path: async (walk) => {
      const path = await topicOf('fewer@example.com', { step: 'fewer' })(walk)
      return pressed(walk, path, { do: 'step', to: '-1' })
    },
  },
  {
    name: 'manage-profile',
    path: async (walk) => {
      const path = await topicOf('moving@example.com')(walk)
      await pressed(walk, path, { do: 'less' })
      return linked('manage', 'moving@example.com')(walk)
    },
  },
]

const ACCOUNT: Stop[] = [
  { name: 'my-link', path: at('/manage') },
  { name: 'my-link-wrong', path: at('/manage'), fields: { email: 'ann@' }, status: 422 },
  { name: 'my-link-sent', path: (walk) => pressed(walk, '/manage', { email: 'ann@example.com' }) },
  { name: 'account-link-sent', path: linked('manage', 'ann@example.com', '/account') },
  { name: 'account', path: linked('account', 'ann@example.com') },
  {
    name: 'account-wrong',
    path: linked('account', 'ann@example.com', '/address'),
    fields: { email: 'ann' },
    status: 422,
  },
  {
    name: 'new-address',
    path: async (walk) => {
      const path = await linked('account', 'ann@example.com', '/address')(walk)
      return pressed(walk, path, { email: 'ann@home.example' })
    },
  },
  { name: 'erase', path: linked('account', 'ann@example.com', '/erase') },
  {
    name: 'erased',
    path: async (walk) => pressed(walk, await linked('account', 'forgotten@example.com', '/erase')(walk)),
  },
  {
    name: 'account-ended',
    path: ({ tokens }) => `/account/${tokens.sign('account', 'erased', 0, old)}`,
    status: 410,
  },
  { name: 'move', path: ({ tokens }) => tokens.move('moving@example.com') },
  {
    name: 'moved',
    path: async (walk) => pressed(walk, await walk.tokens.move('moved@example.com')),
  },
]

const WAY_OUT: Stop[] = [
  { name: 'unsubscribe', path: linked('unsubscribe', 'ann@example.com') },
  { name: 'unsubscribe-paused', path: linked('unsubscribe', 'paused@example.com') },
  { name: 'unsubscribe-unknown', path: at('/unsubscribe/nonsense'), status: 404 },
  { name: 'unsubscribe-ended', path: linked('unsubscribe', 'over@example.com') },
  {
    name: 'fewer-paused',
    path: async (walk) => pressed(walk, await linked('unsubscribe', 'fewer@example.com', '/pause')(walk)),
  },
  {
    name: 'unsubscribed',
    path: async (walk) => {
      const path = await linked('unsubscribe', 'gone@example.com')(walk)
      return pressed(walk, path, { from: 'page' })
    },
  },
  {
    name: 'undone',
    path: async (walk) => {
      const path = await linked('unsubscribe', 'left@example.com')(walk)
      return pressed(walk, await pressed(walk, path, { from: 'page' }))
    },
  },
]

const WEEK = [
  ['waiting', null],
  ['failed', null],
  ['quiet', 'weekend'],
  ['quiet', 'weekend'],
  ['stalled', 'repeated'],
  ['fresh', 'made-up'],
  ['quiet', 'holiday'],
] as const

/** A week of a source in which everything happened. */
const sourceDays = WEEK.map(([state, reason], back) => ({
  source: 'huggingface',
  day: new Date(NOW.getTime() - back * DAY_MS),
  state,
  reason,
  papers: state === 'fresh' ? 31 : 0,
  fetchedAt: state === 'failed' ? null : new Date(NOW.getTime() - back * DAY_MS - HOUR_MS),
  nextTry: back === 0 ? new Date(NOW.getTime() + HOUR_MS) : null,
}))

/** Keeps two papers of a digest and makes the feeds, and says which path then matches on the page of the subscriber. */
async function keeping(walk: WorldOfWalk, path: RegExp): Promise<string> {
  const manage = await linked('manage', 'trying@example.com')(walk)
  const digest = await walk.tokens.digestMessage('trying@example.com')
  const own = (await get(walk.site, `${manage}/digest/${digest}`)).body
  for (const [, paper] of [...own.matchAll(/name="paper" value="(\d+)"/g)].slice(0, 2))
    await pressed(walk, `${manage}/kept`, { do: 'keep', digest, paper: paper! })
  await pressed(walk, `${manage}/feeds`, { do: 'make' })
  return path.exec((await get(walk.site, manage)).body)![1]!
}

/** The page of a token that was just made. */
const agentToken = async (walk: WorldOfWalk): Promise<string> =>
  pressed(walk, `${await linked('manage', 'ann@example.com')(walk)}/agents`, { name: 'My assistant' })

/** The page of what an agent with that token proposes. */
async function proposal(walk: WorldOfWalk): Promise<string> {
  const { body } = await get(walk.site, await agentToken(walk))
  const answer = await walk.site.app.inject({
    method: 'POST',
    url: '/mcp',
    headers: {
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${/dpat_[\w-]{43}/.exec(body)![0]}`,
    },
    payload: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'propose_topic_change', arguments: { query: 'linear attention -survey' } },
    },
  })
  return /\/proposals\/[\w.-]+/.exec(answer.body)![0]
}

const AGENTS: Stop[] = [
  { name: 'agent-token', path: agentToken },
  { name: 'agent-proposal', path: proposal },
]

const KEPT: Stop[] = [
  { name: 'kept-here', scripted: true, path: at('/kept') },
  { name: 'kept', path: (walk) => keeping(walk, /href="(\/kept\/[\w-]+)"/) },
  {
    name: 'kept-removed',
    path: async (walk) => {
      const path = await keeping(walk, /href="(\/kept\/[\w-]+)"/)
      const [, paper] = /name="paper" value="(\d+)"/.exec((await get(walk.site, path)).body)!
      return pressed(walk, path, { do: 'remove', paper: paper! })
    },
  },
  {
    name: 'manage-feeds',
    path: async (walk) => {
      await keeping(walk, /href="(\/feed\/[\w-]+)\.xml"/)
      return linked('manage', 'trying@example.com')(walk)
    },
  },
]

const OTHERS: Stop[] = [
  {
    name: 'digest',
    scripted: true,
    path: async ({ tokens }) => `/digest/${await tokens.digest('ann@example.com')}`,
  },
  {
    name: 'digest-best',
    scripted: true,
    path: async ({ tokens }) => `/digest/${await tokens.digest('best@example.com')}`,
  },
  {
    name: 'digest-own',
    path: async ({ tokens }) =>
      `/manage/${await tokens.of('manage', 'ann@example.com')}/digest/${await tokens.digestMessage('ann@example.com')}`,
  },
  {
    name: 'digest-gone',
    path: ({ tokens }) => `/digest/${tokens.sign('digest', 'AAAAAAAAAAAAAAAA')}`,
    status: 410,
  },
  { name: 'about', path: at('/about') },
  { name: 'privacy', path: at('/privacy') },
  {
    name: 'status',
    path: async ({ site }) => {
      await site.db.sourceDay.createMany({ data: sourceDays, skipDuplicates: true })
      await claimTick(site.db, 'minute', site.clock.now())
      // No worker runs on the walk, which may take minutes.
      await site.db.$executeRaw`delete from pgboss.job`
      return '/status'
    },
  },
  { name: 'fault-404', path: at('/nothing/here'), status: 404 },
  {
    name: 'fault-outdated',
    path: async ({ site, tokens }) => {
      const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address: 'ann@example.com' } })
      return `/account/${tokens.sign('account', id, 9)}`
    },
    status: 410,
  },
  {
    name: 'fault-410',
    path: ({ tokens }) => `/confirm/${tokens.sign('confirm', '1', 0, old)}`,
    status: 410,
  },
  fault('rate.too-many', 429),
  fault('unexpected', 500),
  fault('database.unreachable', 503),
]

/** Makes a page of topics, and returns its path. */
const sharedPage =
  (walk: WorldOfWalk, rest = '') =>
  async (topic: string, name: string) =>
    `${await pressed(walk, '/topics', { topic, name })}${rest}`

const FIVE_TOPICS =
  'attention\nauthor:"Dustin Wang"\nstrings OR branes\nlong contexts -survey\nzeolite catalysis'
const GROUP = 'Reading list of the group for long contexts'

const SHARED: Stop[] = [
  { name: 'shared-topics-form', path: at('/topics?topic=linear+attention') },
  {
    name: 'shared-topics-wrong',
    path: at('/topics'),
    fields: { topic: 'linear AND', name: 'papers.example.com' },
    status: 422,
  },
  { name: 'shared-topic', scripted: true, path: (walk) => sharedPage(walk)('linear attention', '') },
  { name: 'shared-topic-embedded', path: (walk) => sharedPage(walk, '?embed')('linear attention', '') },
  { name: 'shared-topics', scripted: true, path: (walk) => sharedPage(walk)(FIVE_TOPICS, GROUP) },
  { name: 'shared-topics-embedded', path: (walk) => sharedPage(walk, '?embed')(FIVE_TOPICS, GROUP) },
]

/** Every page of the site in every state that matters. */
export const STOPS: Stop[] = [
  ...PAPERS,
  ...SHARED,
  ...SIGNUP,
  ...MANAGE,
  ...TOPICS,
  ...ACCOUNT,
  ...WAY_OUT,
  ...OTHERS,
  ...KEPT,
  ...AGENTS,
]

/** How each page is opened: with scripts, and also without if it loads one. */
export const BOTH_WAYS = STOPS.flatMap(({ name, scripted }) => [
  { stop: name, scripts: true, title: name },
  ...(scripted ? [{ stop: name, scripts: false, title: `${name}-without-scripts` }] : []),
])

/** For a page's console: of a long list of papers, three are enough. */
export const SHORTEN_LISTS = `document.querySelectorAll('article.paper').forEach((paper, n) => n > 2 && paper.remove())`

/** GET routes that are no pages: files, and addresses that only lead on. */
export const isNoPage = (route: string): boolean =>
  /\.(?:bib|ico|js|json|png|ris|txt|webmanifest|xml)$|^\/og\//.test(route) || NO_PAGES.includes(route)

const NO_PAGES = [
  '/live',
  '/ready',
  // These two lead to the newest week and month.
  '/papers/week',
  '/papers/month',
  ...GUESSED_ADDRESSES,
  '/subscribe/when',
  '/metrics',
  '/api/papers',
  '/api/papers/:id',
  '/api/source-days',
]

export interface Walk extends WorldOfWalk {
  base: string
  /** Patterns of all GET routes of the site. */
  routes: string[]
  /** The path of a stop; by whatever it takes, once. */
  pathOf(name: string): Promise<string>
  /** Asks for a stop without a browser. */
  ask(name: string): Promise<{ statusCode: number; body: string }>
  /** Shows a stop in a browser's window. */
  visit(page: Page, name: string): Promise<Response>
  close(): Promise<void>
}

/** A site on a database of its own, full of people and papers, that listens. */
export async function openWalk(databaseUrl: string, settings: Record<string, string> = {}): Promise<Walk> {
  const clock = stoppedClock(NOW)
  const database = openDatabase(databaseUrl, silentLog)
  const queue = await openQueue(databaseUrl, silentLog)
  const config = readConfig(settings, FEATURES)
  const deps = { config, clock, features: FEATURES, log: silentLog, db: database.db, databaseUrl, queue }
  const app = buildServer(deps, REQUEST_LIMITS, { checkEveryMs: 100 })
  const routes = watchRoutes(app)
  app.get('/walk/:code', async ({ params }) => {
    const { code } = params as { code: ErrorCode }
    throw new Fault(code, { wait: '1 minute', seconds: 60 })
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
    ask: async (name) => {
      const [path, { fields }] = [await pathOf(name), stopNamed(name)]
      return fields ? post(site, path, fields) : get(site, path)
    },
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
async function show(page: Page, url: string, { name, fields, status = 200 }: Stop): Promise<Response> {
  if (fields) {
    await page.route(url, (route) => route.continue(posted(fields)), { times: 1 })
  }
  const answer = await page.goto(url)
  if (answer?.status() !== status) throw new Error(`${name}: ${answer?.status()} instead of ${status}`)
  return answer
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
