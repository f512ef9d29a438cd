import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import formbody from '@fastify/formbody'
import { Eta } from 'eta'
import fastify from 'fastify'
import type { Demo } from './demo.ts'
import { describeDay, describeSent } from './words.ts'

export interface Desk {
  url: string
  stop(): Promise<void>
}

/** A page that says what to try, with a button for each key of the terminal. */
export async function startDesk(demo: Demo): Promise<Desk> {
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  const server = fastify()
  let said = ''
  await server.register(formbody)
  server.get('/', async (_request, reply) => {
    const now = demo.now().toISOString().slice(0, 16).replace('T', ' ')
    reply.type('text/html').header('cache-control', 'no-store')
    return eta.render('desk.eta', { site: demo.site, mailbox: demo.mailbox.url, now, said })
  })
  server.post('/digests', async (_request, reply) => {
    said = describeSent(await demo.sendDigests())
    return reply.redirect('/', 303)
  })
  server.post('/tomorrow', async (_request, reply) => {
    said = describeDay(await demo.bringTomorrow(), demo.today())
    return reply.redirect('/', 303)
  })
  server.get('/site.css', (_request, reply) => reply.type('text/css').send(stylesheet()))
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url: address.replace('127.0.0.1', 'localhost'), stop: () => server.close() }
}

const stylesheet = (): NodeJS.ReadableStream => createReadStream(join(import.meta.dirname, 'desk.css'))
