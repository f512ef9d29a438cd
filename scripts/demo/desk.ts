import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import formbody from '@fastify/formbody'
import { Eta } from 'eta'
import fastify from 'fastify'
import type { Demo, DigestsSent } from './demo.ts'
import { describeDay, describeSent, minuteOf } from './words.ts'

export interface Desk {
  url: string
  stop(): Promise<void>
}

/** A page that says what to try, with a button for each key of the terminal. */
export async function startDesk(demo: Demo): Promise<Desk> {
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  const server = fastify()
  let said = ''
  let emails: DigestsSent['emails'] = []
  await server.register(formbody)
  server.get('/', async (_request, reply) => {
    reply.type('text/html').header('cache-control', 'no-store')
    return eta.render('desk.eta', {
      ...{ said, emails, site: demo.site, mailbox: demo.mailbox.url, now: minuteOf(demo.now()) },
      ...{ adminPassword: demo.adminPassword, daysLeft: demo.daysLeft() },
      links: { Site: demo.site, Mailbox: demo.mailbox.url, Admin: `${demo.site}/admin` },
    })
  })
  server.post('/digests', async (_request, reply) => {
    const sent = await demo.sendDigests()
    said = describeSent(sent, 'press “Next day”')
    emails = sent.emails
    return reply.redirect('/#said', 303)
  })
  server.post('/next-day', async (_request, reply) => {
    said = describeDay(await demo.nextDay(), demo)
    emails = []
    return reply.redirect('/#said', 303)
  })
  server.get('/desk.css', (_request, reply) =>
    reply.type('text/css').send(createReadStream(join(import.meta.dirname, 'desk.css'))),
  )
  const address = await server.listen({ host: '127.0.0.1', port: demo.deskPort })
  return { url: address.replace('127.0.0.1', 'localhost'), stop: () => server.close() }
}
