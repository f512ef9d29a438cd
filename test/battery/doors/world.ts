import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { readConfig } from '../../../src/config.ts'
import { runDigests } from '../../../src/flows/digests/run-digests.ts'
import { importPapers } from '../../../src/flows/papers/import-papers.ts'
import { addSubscriber } from '../../../src/flows/signup/add-subscriber.ts'
import { type MovableClock, stoppedClock } from '../../../src/platform/clock.ts'
import { openDatabase } from '../../../src/platform/database.ts'
import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts'
import { silentLog } from '../../../src/platform/log.ts'
import { applyMigrations } from '../../../src/platform/migrations.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/link-token.ts'
import { buildServer } from '../../../src/web/server.ts'
import type { ServiceDeps } from '../../../src/wiring.ts'
import { type SinkMail, startSmtpSink } from '../../support/smtp-sink.ts'
import { HOSTILE, hostilePapers } from './hostile.ts'

export interface Route {
  method: string
  /** As it is registered: /confirm/:token */
  url: string
}

/** A site on a database of its own, with subscribers, hostile papers and their mails. */
export interface Doors {
  app: FastifyInstance
  deps: ServiceDeps
  clock: MovableClock
  /** Everything that the server would answer at. */
  routes: Route[]
  /** Every mail that arrived by then. */
  mails: SinkMail[]
  /** A token that works, of somebody who subscribes. */
  token(purpose: LinkPurpose): string
  /** A path at which that route answers, with tokens that work; undefined for a parameter that nobody knows. */
  pathOf(route: Route): string | undefined
  /** Hands over every message that is ready. */
  deliver(): Promise<void>
}

export const SUBSCRIBER = 'ann@reader.example'
const NOON = new Date('2026-11-24T12:00:00Z')
const DAY = '2026-11-24'
const SEVEN = new Date(`${DAY}T07:00:00Z`)

/** Gone when `work` is done. */
export async function withDoors<T>(work: (doors: Doors) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-doors-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  await applyMigrations(postgres.url)
  const database = openDatabase(postgres.url, silentLog, 10)
  const sink = await startSmtpSink()
  const clock = stoppedClock(SEVEN)
  const config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}`, DATABASE_URL: postgres.url })
  const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
  const deps = { config, clock, log: silentLog, db: database.db, databaseUrl: postgres.url, queue }
  const routes: Route[] = []
  const app = buildServer(deps)
  app.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url })
  })
  try {
    await app.ready()
    const deliver = async () => void (await runDigests(deps, {}))
    const tokens = await fill(deps, clock, deliver)
    const token = (purpose: LinkPurpose) => tokens[purpose]
    return await work({
      app,
      deps,
      clock,
      routes,
      mails: sink.mails,
      token,
      pathOf: (route) => pathOf(route, token),
      deliver,
    })
  } finally {
    await app.close()
    await sink.close()
    await database.close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Papers, subscribers in several states, and a digest of this morning. Returns a working token of each purpose. */
async function fill(
  deps: ServiceDeps,
  clock: MovableClock,
  deliver: () => Promise<void>,
): Promise<Record<LinkPurpose, string>> {
  const { db } = deps
  const typed = { topics: [HOSTILE.topic], zone: 'UTC', hour: '8' }
  await addSubscriber(deps, { email: SUBSCRIBER, ...typed, consent: 'for these tests' })
  await addSubscriber(deps, { email: 'bob@reader.example', topics: [], consent: 'for these tests' })
  await addSubscriber(deps, { email: 'new@reader.example', ...typed })
  await importPapers(deps, { text: JSON.stringify(hostilePapers), day: DAY })
  clock.moveTo(NOON)
  await deliver()
  const { id, epoch } = await db.subscriber.findFirstOrThrow({ where: { address: SUBSCRIBER } })
  const signup = await db.signup.findFirstOrThrow()
  const message = await db.message.findFirstOrThrow({ where: { kind: 'digest', subscriberId: id } })
  const move = await db.move.create({
    data: {
      subscriberId: id,
      address: 'ann2@reader.example',
      addressKey: 'ann2@reader.example',
      createdAt: NOON,
    },
  })
  const ids: Partial<Record<LinkPurpose, string>> = {
    confirm: String(signup.id),
    digest: message.id,
    move: String(move.id),
  }
  const purposes: LinkPurpose[] = [
    'confirm',
    'unsubscribe',
    'resubscribe',
    'manage',
    'digest',
    'account',
    'move',
  ]
  const signed = (purpose: LinkPurpose) =>
    signLink({ purpose, id: ids[purpose] ?? id, epoch, issuedAt: NOON }, deps.config.APP_SECRET[0]!)
  return Object.fromEntries(purposes.map((purpose) => [purpose, signed(purpose)])) as Record<
    LinkPurpose,
    string
  >
}

function pathOf({ url }: Route, token: (purpose: LinkPurpose) => string): string | undefined {
  const purpose = url.split('/')[1] as LinkPurpose
  const path = url
    .replace(':token', () => token(purpose))
    .replace(':date', DAY)
    .replace('/papers/*', '/papers/2511.00001')
    .replace(/\/\*$/, '/none')
  return path.includes(':') || path.includes('undefined') ? undefined : path
}
