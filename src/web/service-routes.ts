import { BlockList } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type Config, PLACEHOLDER_SENDER } from '../config/config.ts'
import { tryWithTimeout } from '../core/clock.ts'
import { acceptsWrites } from '../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../core/database/migrations.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { assertDkimSigns, loadDkimKey } from '../mail/smtp/dkim.ts'
import { openMetricsWriter } from '../operator/metrics/write-metrics.ts'
import { UNCONFIRMED_DAYS } from '../operator/prune.ts'
import { checkPassword } from './admin/check-password.ts'
import { privacySentences } from './page-parts.ts'
import type { Site } from './pages.ts'

const ROBOTS = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest', 'account', 'move', 'check-inbox']
  .map((path) => `Disallow: /${path}/`)
  .join('\n')

/** The pages about the site and privacy, and for machines: security.txt, robots.txt, liveness and readiness. */
export const serviceRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const { REPLY_TO, MAIL_FROM, POSTAL_ADDRESS, KEEP_DAYS, ABOUT, SOURCES } = deps.config
  const owner = { contact: REPLY_TO ?? MAIL_FROM, address: POSTAL_ADDRESS }

  app.get('/about', async (_request, reply) =>
    pages.send(reply, 'about', { ...owner, about: ABOUT ?? null, sources: SOURCES }),
  )

  app.get('/privacy', async (_request, reply) =>
    pages.send(reply, 'privacy', {
      ...owner,
      days: KEEP_DAYS,
      unconfirmed: UNCONFIRMED_DAYS,
      features: privacySentences(deps),
    }),
  )

  app.get('/.well-known/security.txt', async (_request, reply) => {
    const text = securityText(deps.config, deps.clock.now())
    if (text === null) throw new Fault('page.not-found')
    return reply.type('text/plain; charset=utf-8').send(text)
  })

  app.get('/live', async () => ({ status: 'live' }))

  app.get('/ready', async (_request, reply) => {
    const checks = await readiness(deps)
    const ready = Object.values(checks).every(Boolean)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...checks })
  })

  app.get('/robots.txt', async (_request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send(`User-agent: *\n${ROBOTS}\n\nSitemap: ${deps.config.BASE_URL}/sitemap.xml\n`),
  )
}

const EXPIRES_AFTER_DAYS = 180

/**
 * RFC 9116. The contact is the address on /privacy, which is public already. OPERATOR_EMAIL is for alerts, and its
 * owner may not want it on a page that robots read. Expires at midnight (UTC), so that the text is the same all day.
 * Null if no address is set that receives email.
 */
function securityText({ REPLY_TO, MAIL_FROM, BASE_URL }: Config, now: Date): string | null {
  const contact = REPLY_TO ?? MAIL_FROM
  if (contact === PLACEHOLDER_SENDER) return null
  const expires = new Date(now.getTime() + EXPIRES_AFTER_DAYS * DAY_MS).toISOString().slice(0, 10)
  const lines = [
    `Contact: mailto:${contact}`,
    `Expires: ${expires}T00:00:00Z`,
    'Preferred-Languages: en',
    `Canonical: ${BASE_URL}/.well-known/security.txt`,
  ]
  return `${lines.join('\n')}\n`
}

const ANSWER_WITHIN_MS = 2000

/**
 * Checks that the database answers within two seconds, has every migration of this release and accepts writes, that the
 * DKIM key can sign, and that the worker of this process replies.
 */
async function readiness({ db, config, workerReplies }: Deps) {
  const [missing, writes, mailSigning] = await Promise.all([
    tryWithTimeout(ANSWER_WITHIN_MS, pendingMigrations(db)),
    tryWithTimeout(ANSWER_WITHIN_MS, acceptsWrites(db)),
    keySigns(config),
  ])
  return {
    database: missing !== undefined,
    migrations: missing?.length === 0,
    /** False if its disk is full, or if it is a standby. */
    writes: writes === true,
    /** Also true if the settings require no signature. */
    mailSigning,
    /** Also true if this process has no worker thread. */
    worker: workerReplies?.() ?? true,
  }
}

async function keySigns(config: Deps['config']): Promise<boolean> {
  try {
    const key = loadDkimKey(config)
    if (key) await assertDkimSigns(key)
    return true
  } catch {
    return false
  }
}

/**
 * Prometheus metrics, for requests from this machine and for Basic authentication with ADMIN_PASSWORD and any user
 * name.
 */
export const metricsRoute: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const writer = openMetricsWriter(deps)
  app.get('/metrics', async (request, reply) => {
    const refused = await denyUnlessAllowed(request, reply, deps)
    return refused ?? reply.type(writer.contentType).send(await writer.write())
  })
}

/** Does nothing if the request is from this machine or sends the password. */
async function denyUnlessAllowed(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Site['deps'],
): Promise<FastifyReply | undefined> {
  const { ADMIN_PASSWORD } = deps.config
  const password = passwordIn(request.headers.authorization)
  if (password === undefined || !ADMIN_PASSWORD) {
    if (isLocalRequest(request, deps.config)) return
    return ADMIN_PASSWORD ? askForPassword(reply) : refuse(reply, 403, FROM_HERE)
  }
  const { isCorrect, waitSeconds } = await checkPassword(deps, {
    kind: 'metrics',
    ip: request.ip,
    password,
  })
  if (waitSeconds > 0) return refuse(reply.header('retry-after', waitSeconds), 429, TOO_MANY)
  return isCorrect ? undefined : askForPassword(reply)
}

const FROM_HERE = 'Metrics are available only on this machine until ADMIN_PASSWORD is set.\n'
const ASKED = 'Metrics take ADMIN_PASSWORD by Basic authentication.\n'
const TOO_MANY =
  'Too many wrong passwords. Until Retry-After has passed, even the correct password is rejected.\n'

const refuse = (reply: FastifyReply, status: number, why: string): FastifyReply =>
  reply.code(status).type('text/plain').send(why)

const askForPassword = (reply: FastifyReply): FastifyReply =>
  refuse(reply.header('www-authenticate', 'Basic realm="metrics"'), 401, ASKED)

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
const FORWARDED = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|cf-connecting-ip|true-client-ip)$/

/**
 * A proxy on this machine also connects from loopback, for all its visitors. So a local request must have no forwarding
 * headers, and must name this machine as the host. A site over https must also set TRUST_PROXY, which shows that its
 * proxy adds such headers.
 */
function isLocalRequest({ headers, raw }: FastifyRequest, { BASE_URL, TRUST_PROXY }: Config): boolean {
  const hasSilentProxy = BASE_URL.startsWith('https://') && TRUST_PROXY.length === 0
  const looksForwarded = Object.keys(headers).some((name) => FORWARDED.test(name))
  return (
    !hasSilentProxy &&
    !looksForwarded &&
    HOSTS.test(headers.host ?? '') &&
    isLoopback(raw.socket.remoteAddress)
  )
}

function isLoopback(address = ''): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return loopback.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}

function passwordIn(authorization = ''): string | undefined {
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(authorization) ?? []
  const credentials = encoded && Buffer.from(encoded, 'base64').toString()
  return credentials?.includes(':') ? credentials.slice(credentials.indexOf(':') + 1) : undefined
}
