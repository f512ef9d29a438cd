import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type Config, PLACEHOLDER_SENDER } from '../config/config.ts'
import { tryWithTimeout } from '../core/clock.ts'
import { acceptsWrites } from '../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../core/database/migrations.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { assertDkimSigns, loadDkimKey } from '../mail/smtp/dkim.ts'
import { doctorResponse, observeProxy, PROBE_HEADER } from '../operator/doctor/proxy-probe.ts'
import { UNCONFIRMED_DAYS } from '../operator/prune.ts'
import type { Site } from './pages.ts'

const ROBOTS = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest', 'account', 'move', 'check-inbox']
  .map((path) => `Disallow: /${path}/`)
  .join('\n')

/** The privacy page, and for machines: security.txt, robots.txt, liveness and readiness. */
export const serviceRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const { REPLY_TO, MAIL_FROM, POSTAL_ADDRESS, KEEP_DAYS } = deps.config

  app.get('/privacy', async (_request, reply) =>
    pages.send(reply, 'privacy', {
      contact: REPLY_TO ?? MAIL_FROM,
      address: POSTAL_ADDRESS,
      days: KEEP_DAYS,
      unconfirmed: UNCONFIRMED_DAYS,
    }),
  )

  app.get('/.well-known/security.txt', async (_request, reply) => {
    const text = securityText(deps.config, deps.clock.now())
    if (text === null) throw new Fault('page.not-found')
    return reply.type('text/plain; charset=utf-8').send(text)
  })

  app.get('/live', async (request, reply) => {
    const response = respondToDoctor(request, deps.config.APP_SECRET)
    if (response) reply.header(PROBE_HEADER, response)
    return { status: 'live' }
  })

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

/** Responds only to the operator's doctor command, which proves that it has APP_SECRET. */
function respondToDoctor(
  { headers, ips, ip }: FastifyRequest,
  secrets: readonly string[],
): string | undefined {
  const challenge = headers[PROBE_HEADER]
  if (typeof challenge !== 'string') return undefined
  const forwarded = headers['x-forwarded-for']?.toString()
  return doctorResponse(challenge, secrets, observeProxy({ forwarded, chain: ips ?? [ip] }))
}

const ANSWER_WITHIN_MS = 2000

/**
 * Checks that the database answers within two seconds, has every migration of this release and accepts writes, and that
 * the DKIM key can sign.
 */
async function readiness({ db, config }: Deps) {
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
