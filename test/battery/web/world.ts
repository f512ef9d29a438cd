import type { FastifyInstance, InjectOptions, LightMyRequestResponse, RouteOptions } from 'fastify'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { buildServer } from '../../../src/web/server.ts'
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import { NOON } from './seed.ts'
import { seededDatabase } from './seeded-database.ts'

/** Of the operator's program, which asks among the strangers. */
export const API_TOKEN = 'a-token-of-32-bytes-or-more-for-the-web'

export interface Route {
  method: string
  /** As it is registered: /confirm/:token */
  url: string
}

/** A site with readers and hostile papers, on a database of its own. */
export interface Site {
  app: FastifyInstance
  deps: ServiceDeps
  clock: MovableClock
  /** Everything that the server would answer at, files apart. */
  routes: Route[]
  sink: SmtpSink
  /** Each time as a browser on another network, unless the request says otherwise. */
  ask(request: InjectOptions): Promise<LightMyRequestResponse>
  wrong: Wrong
}

/** What a wrong variant does to the site, from outside. */
export interface Wrong {
  hook?(app: FastifyInstance, deps: ServiceDeps): void
  /** Changes the HTML of an email. */
  mail?(html: string, kind: string): string
  /** The routes that are tried: those that begin so. Everything, unless said otherwise. */
  only?: string
}

/** Gone when `work` is done. */
export async function withSite<T>(wrong: Wrong, work: (site: Site) => Promise<T>): Promise<T> {
  const { url, drop } = await seededDatabase()
  const database = openDatabase(url, silentLog, { connections: 10 })
  const sink = await startSmtpSink()
  const clock = stoppedClock(NOON)
  // Each attack here is about one of the other limits; that of the whole site has tests of its own.
  const limits = { SIGNUP_PER_HOUR: '1000000' }
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}`
  const config = readConfig({ SMTP_URL, DATABASE_URL: url, API_TOKEN, ...limits })
  const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
  const deps = { config, clock, features: FEATURES, log: silentLog, db: database.db, databaseUrl: url, queue }
  const app = buildServer(deps)
  const routes = routesOf(app)
  wrong.hook?.(app, deps)
  try {
    await app.ready()
    return await work({ app, deps, clock, routes, sink, wrong, ask: asker(app) })
  } finally {
    await app.close()
    await sink.close()
    await database.close()
    await drop()
  }
}

/** Fills while the app becomes ready. */
function routesOf(app: FastifyInstance): Route[] {
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }: RouteOptions) => {
    if (url.startsWith('/assets/')) return
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
  return routes
}

function asker(app: FastifyInstance): Site['ask'] {
  let asked = 0
  return ({ headers, ...request }) => {
    const remoteAddress = `10.${(asked >> 8) % 256}.${asked++ % 256}.1`
    return app.inject({ remoteAddress, ...request, headers: { accept: 'text/html', ...headers } })
  }
}
