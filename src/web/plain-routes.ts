import type { FastifyInstance } from 'fastify'
import { readiness } from '../flows/ready.ts'
import type { Site } from './site.ts'

const ROBOTS = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest', 'account', 'move', 'check-inbox']
  .map((path) => `Disallow: /${path}/`)
  .join('\n')

/** What is kept, for people; whether the service lives and works, for machines. */
export function addPlainRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  const { REPLY_TO, MAIL_FROM, POSTAL_ADDRESS } = deps.config

  app.get('/privacy', async (_request, reply) =>
    pages.send(reply, 'privacy', {
      contact: REPLY_TO ?? MAIL_FROM,
      address: POSTAL_ADDRESS,
    }),
  )

  app.get('/live', async () => ({ status: 'live' }))

  app.get('/ready', async (_request, reply) => {
    const checks = await readiness(deps)
    const ready = Object.values(checks).every(Boolean)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...checks })
  })

  app.get('/robots.txt', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(`User-agent: *\n${ROBOTS}\n`),
  )
}
