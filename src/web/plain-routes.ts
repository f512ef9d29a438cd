import type { FastifyInstance, FastifyRequest } from 'fastify'
import { answerTo, PROBE_HEADER, proxySeen } from '../flows/operator/doctor/probe.ts'
import { UNCONFIRMED_DAYS } from '../flows/operator/prune.ts'
import { readiness } from '../flows/ready.ts'
import type { Site } from './site.ts'

const ROBOTS = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest', 'account', 'move', 'check-inbox']
  .map((path) => `Disallow: /${path}/`)
  .join('\n')

/** What is kept, for people; whether the service lives and works, for machines. */
export function addPlainRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  const { REPLY_TO, MAIL_FROM, POSTAL_ADDRESS, KEEP_DAYS } = deps.config

  app.get('/privacy', async (_request, reply) =>
    pages.send(reply, 'privacy', {
      contact: REPLY_TO ?? MAIL_FROM,
      address: POSTAL_ADDRESS,
      days: KEEP_DAYS,
      unconfirmed: UNCONFIRMED_DAYS,
    }),
  )

  app.get('/live', async (request, reply) => {
    const said = doctorAnswer(request, deps.config.APP_SECRET)
    if (said) reply.header(PROBE_HEADER, said)
    return { status: 'live' }
  })

  app.get('/ready', async (_request, reply) => {
    const checks = await readiness(deps)
    const ready = Object.values(checks).every(Boolean)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...checks })
  })

  app.get('/robots.txt', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(`User-agent: *\n${ROBOTS}\n`),
  )
}

/** To the operator's doctor alone, which knows APP_SECRET. */
function doctorAnswer({ headers, ips, ip }: FastifyRequest, secrets: readonly string[]): string | undefined {
  const question = headers[PROBE_HEADER]
  if (typeof question !== 'string') return undefined
  const forwarded = headers['x-forwarded-for']?.toString()
  return answerTo(question, secrets, proxySeen({ forwarded, chain: ips ?? [ip] }))
}
