import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { buildServer } from '../../../src/web/server.ts'
import { checksums } from '../../support/checksums.ts'
import { ELSEWHERE } from './elsewhere.ts'
import { HOSTILE } from './hostile.ts'
import { faultsOfMailHtml, faultsOfPage } from './html-faults.ts'
import { READER } from './seed.ts'
import type { SiteCheck } from './site-check.ts'
import type { Route, Site } from './world.ts'

const PASSWORD = 'the password of this site'
const VERBS = ['pause', 'resume', 'suppress', 'unsuppress', 'send-link', 'unsubscribe', 'erase']
// A login and what it counts.
const OWN_TABLES = ['admin_session', 'bucket']

// The charts, which have a title and a summary.
const OWN_DRAWING =
  /<svg viewBox="[\d ]+" role="img" aria-labelledby="[\w-]+" aria-describedby="[\w-]+">.*?<\/svg>/gs

/** A site with admin pages, on the same database. */
export interface AdminSession extends Site {
  paths: { route: Route; path: string }[]
  cookie: string
  token: string
}

/** Strangers at the operator's pages, then the operator there with everything that a form could hold. */
export const adminIsShut: SiteCheck = async (site) => {
  const { app, routes } = adminSite(site)
  try {
    await app.ready()
    const inside = await logIn(site, app, routes)
    const faults = [
      ...(await strangersFaults(inside)),
      ...(await loginElsewhereFaults(inside)),
      ...(await withoutTokenFaults(inside)),
      ...(await readingFaults(inside)),
      ...(await hostileFaults(inside)),
    ]
    const n = inside.paths.length
    return {
      n: `${n} routes`,
      faults,
      shut: 'no page without a login, and hostile values stayed text',
      enough: n > 30,
    }
  } finally {
    await app.close()
  }
}

export function adminSite({ deps, wrong }: Site): { app: FastifyInstance; routes: Route[] } {
  const withPassword = { ...deps, config: { ...deps.config, ADMIN_PASSWORD: PASSWORD } }
  const app = buildServer(withPassword)
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (!url.startsWith('/admin')) return
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
  wrong.hook?.(app, withPassword)
  return { app, routes }
}

export async function logIn(site: Site, app: FastifyInstance, routes: Route[]): Promise<AdminSession> {
  const ask: Site['ask'] = (request) => app.inject(request)
  const answer = await ask(posted('/admin/login', { password: PASSWORD }))
  const cookie = String([answer.headers['set-cookie'] ?? ''].flat()[0]).split(';')[0]!
  const { body } = await ask({ url: '/admin/subscribers', headers: { cookie } })
  const token = /name="token" value="([^"]+)"/.exec(body)?.[1] ?? ''
  const { only = '/' } = site.wrong
  const paths = (await pathsOf(site, routes)).filter(({ route }) => route.url.startsWith(only))
  return { ...site, app, routes, ask, cookie, token, paths }
}

/** Each with a person and a row of this database in it. Throws for a parameter without a sample. */
async function pathsOf({ deps: { db } }: Site, routes: Route[]): Promise<AdminSession['paths']> {
  const subscriber = await db.subscriber.findFirstOrThrow({ where: { address: READER } })
  const message = await db.message.findFirstOrThrow({ where: { kind: 'digest' } })
  const query = await db.query.findFirstOrThrow({ where: { text: HOSTILE.topic } })
  return routes.map((route) => {
    const path = route.url
      .replace('/subscribers/:id', `/subscribers/${subscriber.id}`)
      .replace('/messages/:id', `/messages/${message.id}`)
      .replace('/topics/:id', `/topics/${query.id}`)
      .replace(':date/:column', '2026-11-24/due')
      .replace(':step', 'erase')
      .replace('*', 'no/such/page')
    if (path.includes(':')) throw new Error(`${route.method} ${route.url}: no sample of it`)
    return { route, path }
  })
}

const posted = (url: string, fields: Record<string, string>, cookie = ''): InjectOptions => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...(cookie && { cookie }) },
  payload: new URLSearchParams(fields).toString(),
})

const nameOf = ({ method, url }: Route): string => `${method} ${url}`

/** What `work` found, and the tables that changed meanwhile. */
async function watched(
  { deps: { db } }: Site,
  name: string,
  work: () => Promise<string[]>,
): Promise<string[]> {
  const before = await checksums(db)
  const faults = await work()
  const after = await checksums(db)
  const changed = Object.keys(after).filter((table) => after[table] !== before[table])
  const wrong = changed.filter((table) => !OWN_TABLES.includes(table))
  return wrong.length > 0 ? [...faults, `${name}: ${wrong.join(', ')}`] : faults
}

/** No cookie, an invented one, one with another signature, and one of a session that ended. */
async function strangersFaults(site: AdminSession): Promise<string[]> {
  const [id = ''] = site.cookie.split('.')
  const cookies = ['', 'admin=x', `${id}.c2lnbmF0dXJl`, '__Host-admin=x; admin=', `admin=${ELSEWHERE[0]}`]
  const faults: string[] = []
  for (const { route, path } of site.paths.filter(({ route }) => route.url !== '/admin/login')) {
    const tried = async (): Promise<string[]> => {
      const found: string[] = []
      for (const cookie of cookies) {
        const fields = { token: site.token, do: 'erase', email: READER }
        const request: InjectOptions =
          route.method === 'POST'
            ? posted(path, fields, cookie)
            : { method: route.method as 'GET', url: path, headers: cookie ? { cookie } : {} }
        found.push(...faultsOfStranger(route, await site.ask(request)))
      }
      return found
    }
    faults.push(...(await watched(site, nameOf(route), tried)))
  }
  return faults
}

function faultsOfStranger(route: Route, { statusCode, headers }: LightMyRequestResponse): string[] {
  const wrong: [boolean, string][] = [
    [
      statusCode !== 303 || !/^\/admin\/login(\?to=|$)/.test(String(headers.location)),
      `${statusCode} for a stranger`,
    ],
    [String(headers['cache-control']) !== 'no-store', 'kept'],
    [/admin=[^;]/.test(String(headers['set-cookie'] ?? '')), 'a cookie for a stranger'],
  ]
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [`${nameOf(route)}: ${what}`] : []))
}

/** A form on another site logs the operator's browser in, with a password that is right. */
async function loginElsewhereFaults({ ask }: AdminSession): Promise<string[]> {
  const faults: string[] = []
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    const request = posted('/admin/login', { password: PASSWORD })
    const { statusCode } = await ask({ ...request, headers: { ...request.headers, origin } })
    if (statusCode !== 403) faults.push(`POST /admin/login: ${statusCode} from ${origin}`)
  }
  return faults
}

/** The operator's own browser, led to press a button by another site. */
async function withoutTokenFaults(site: AdminSession): Promise<string[]> {
  const faults: string[] = []
  const buttons = site.paths.filter(
    ({ route: { method, url } }) => method === 'POST' && url !== '/admin/login',
  )
  for (const { route, path } of buttons) {
    const tried = async (): Promise<string[]> => {
      const found: string[] = []
      for (const fields of VERBS.map((verb) => ({ do: verb, email: READER, token: '' }))) {
        const { statusCode } = await site.ask(posted(path, fields, site.cookie))
        if (statusCode !== 403) found.push(`${nameOf(route)}: ${statusCode} without its token`)
      }
      return found
    }
    faults.push(...(await watched(site, nameOf(route), tried)))
  }
  return faults
}

/** The operator reads: no row changes, and what people typed is text. */
async function readingFaults(site: AdminSession): Promise<string[]> {
  const faults: string[] = []
  const queries = [
    '',
    '?date=2026-11-23&days=90&done=paused&state=accepted&skip=0&after=0',
    `?date=${encodeURIComponent(HOSTILE.name)}&done=constructor&after=~&before=-1&skip=1e9&state=__proto__`,
  ]
  for (const { route, path } of site.paths.filter(({ route }) => route.method !== 'POST')) {
    const tried = async (): Promise<string[]> => {
      const found: string[] = []
      for (const query of queries) {
        const request = {
          method: route.method as 'GET',
          url: `${path}${query}`,
          headers: { cookie: site.cookie },
        }
        found.push(...faultsOfInside(route, await site.ask(request)))
      }
      return found
    }
    faults.push(...(await watched(site, nameOf(route), tried)))
  }
  return faults
}

/** The operator pastes what strangers wrote into every field. Logging out comes last. */
async function hostileFaults(site: AdminSession): Promise<string[]> {
  const faults: string[] = []
  const names = ['do', 'email', 'until', 'reason', 'next', 'password', 'id']
  const buttons = site.paths.filter(
    ({ route: { method, url } }) => method === 'POST' && !/log(in|out)$/.test(url),
  )
  for (const { route, path } of buttons) {
    for (const value of [
      HOSTILE.name,
      HOSTILE.topic,
      '\u0000',
      `a@b.example\r\nBcc: ${READER}`,
      ...ELSEWHERE,
    ]) {
      for (const verb of ['pause', 'resume', 'nothing']) {
        const fields = Object.fromEntries(names.map((name) => [name, name === 'do' ? verb : value]))
        const answer = await site.ask(posted(path, { ...fields, token: site.token }, site.cookie))
        faults.push(...faultsOfInside(route, answer))
      }
    }
  }
  return faults
}

/** The preview of an email has the email's own styles, and a policy that lets nothing else in. */
const pageFaults = ({ url }: Route, body: string): string[] =>
  url.endsWith('/email/html') ? faultsOfMailHtml(body) : faultsOfPage(body.replace(OWN_DRAWING, ''))

function faultsOfInside(route: Route, { statusCode, headers, body }: LightMyRequestResponse): string[] {
  const isPage = String(headers['content-type']).startsWith('text/html')
  // A file keeps what was typed.
  const isFile = String(headers['content-type']).startsWith('text/csv')
  const location = String(headers.location ?? '/admin')
  return [
    ...(statusCode >= 500 ? [`${statusCode}`] : []),
    ...(/^\/admin(\/[\w/-]+)?(\?done=[\w-]+)?$/.test(location) ? [] : [`leads to ${location}`]),
    ...(isPage ? pageFaults(route, body) : []),
    ...(!isFile && /<x-alive/.test(body) ? ['<x-alive>'] : []),
  ].map((fault) => `${nameOf(route)}: ${fault}`)
}
