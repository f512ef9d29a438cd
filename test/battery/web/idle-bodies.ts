import type { Socket } from 'node:net'
import type { Verdict } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import type { ListeningSite } from './listening-site.ts'
import { sendIdleBody, type Visit, visit, withListeningSite } from './visitors.ts'

const NETWORKS = 30
const BODIES = 300
const UPLOADS = 8

/** Whether visitors get pages, searches, sign-ups, the API and uploads in spite of idle bodies. */
export async function visitsAmongIdleBodies(): Promise<Verdict> {
  const visits = await makeVisits()
  const refused = refusedOf(visits)
  const worst = Math.round(Math.max(...Object.values(visits).map(({ ms }) => ms)))
  const result = refused.length > 0 ? refused.join(', ') : `none refused, the longest visit took ${worst} ms`
  return { ok: refused.length === 0, n: tried(visits), result }
}

/** Whether the battery sees that a wrong part refuses visitors. */
export async function visitsRefusedWith(part: WrongPart): Promise<Verdict> {
  const visits = await makeVisits(part)
  const refused = refusedOf(visits)
  const result = `${refused.length > 0 ? 'caught' : 'NOT CAUGHT'}: ${refused.join(', ') || 'none refused'}`
  return { ok: refused.length > 0, n: tried(visits), result }
}

const tried = (visits: object): string =>
  `${BODIES} idle bodies from ${NETWORKS} networks and ${UPLOADS} idle uploads, ${Object.keys(visits).length} visits`

const refusedOf = (visits: Record<string, Visit>): string[] =>
  Object.entries(visits).flatMap(([name, { status }]) =>
    status === 200 || status === 202 || status === 303 ? [] : [`${name} ${status}`],
  )

const makeVisits = (part?: WrongPart): Promise<Record<string, Visit>> =>
  withListeningSite(part, async (site) => {
    const idle: Socket[] = []
    for (let n = 0; n < BODIES; n++)
      idle.push(
        await sendIdleBody(site, '/subscribe', `198.51.${n % NETWORKS}.${1 + Math.floor(n / NETWORKS)}`),
      )
    for (let n = 0; n < UPLOADS; n++)
      idle.push(await sendIdleBody(site, '/subscribe/library', `198.51.${100 + (n % 4)}.1`))
    try {
      return await visitAll(site)
    } finally {
      for (const socket of idle) socket.destroy()
    }
  })

async function visitAll(site: ListeningSite): Promise<Record<string, Visit>> {
  const library = '@article{a, title={Linear attention for long sequences}}'
  return {
    'GET /subscribe': await visit(site, '/subscribe', { ip: '203.0.113.1' }),
    'GET /papers?q': await visit(site, '/papers?q=attention', { ip: '203.0.113.2' }),
    'GET /feed.xml?q': await visit(site, '/feed.xml?q=attention', { ip: '203.0.113.3' }),
    'GET /api/papers': await visit(site, '/api/papers', { ip: '203.0.113.4' }),
    'POST /preview': await visit(site, '/preview', { ip: '203.0.113.5', form: { topic: 'attention' } }),
    'POST /subscribe': await visit(site, '/subscribe', {
      ip: '203.0.113.6',
      form: { email: 'new@reader.example', topic: 'attention' },
    }),
    'POST /subscribe from a network with idle bodies': await visit(site, '/subscribe', {
      ip: '198.51.0.99',
      form: { email: 'neighbour@reader.example', topic: 'attention' },
    }),
    'POST /subscribe/library': await visit(site, '/subscribe/library', {
      ip: '203.0.113.7',
      form: { library },
    }),
  }
}
