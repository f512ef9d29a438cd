import type { InjectOptions } from 'fastify'
import { checksums } from '../../support/checksums.ts'
import type { Verdict } from '../battery-case.ts'
import { withDoors } from './world.ts'

// They count what was asked for, and nothing that anybody was promised.
const COUNTERS = ['bucket', 'tick']
const TOKEN_PAGES = /^\/(confirm|unsubscribe|resubscribe|manage|digest|account|move)\/:token/

const isAsset = (url: string): boolean => url.startsWith('/assets/')

/** Every route that answers a GET, with and without what it expects: its headers as a browser sees them. */
export function headersOnEveryRoute(): Promise<Verdict> {
  return withDoors(async ({ app, routes, pathOf }) => {
    const faults: string[] = []
    let answers = 0
    const asked = routes.filter(({ method }) => method === 'GET')
    for (const route of [...asked, { method: 'GET', url: '/no/such/page' }, { method: 'GET', url: '/%ff' }]) {
      const path = pathOf(route)
      if (path === undefined) {
        faults.push(`${route.url}: no sample for its parameters`)
        continue
      }
      for (const url of [path, path.replace(/[\w-]{40,}/, 'garbled')]) {
        const { headers, statusCode } = await app.inject({ url, headers: { accept: 'text/html' } })
        answers++
        faults.push(...faultsOf(route.url, headers, statusCode).map((fault) => `${route.url}: ${fault}`))
      }
    }
    return {
      ok: faults.length === 0 && asked.length > 15,
      n: `${asked.length} routes, ${answers} answers`,
      result: faults.length > 0 ? [...new Set(faults)].slice(0, 6).join('; ') : 'all as they should be',
    }
  })
}

function faultsOf(url: string, headers: Record<string, unknown>, status: number): string[] {
  const text = (name: string) => String(headers[name] ?? '')
  const csp = text('content-security-policy')
  const directive = (name: string) =>
    csp
      .split(';')
      .map((one) => one.trim().split(/\s+/))
      .find(([first]) => first === name)
      ?.slice(1)
      .join(' ')
  const isOurs = (name: string) => [undefined, "'self'", "'none'"].includes(directive(name))
  const wrong: [boolean, string][] = [
    [directive('default-src') !== "'none'", 'default-src'],
    [!isOurs('script-src') || !isOurs('connect-src'), 'script-src or connect-src'],
    [directive('style-src') !== "'self'" || directive('img-src') !== "'self'", 'style-src or img-src'],
    [directive('form-action') !== "'self'", 'form-action'],
    [
      directive('base-uri') !== "'none'" || directive('frame-ancestors') !== "'none'",
      'base-uri or frame-ancestors',
    ],
    [/unsafe|data:|\*/.test(csp), 'a source list that lets anything in'],
    [text('x-content-type-options') !== 'nosniff', 'nosniff'],
    [text('referrer-policy') !== 'same-origin', 'referrer-policy'],
    [headers['set-cookie'] !== undefined, 'a cookie'],
    [headers['x-powered-by'] !== undefined || headers.server !== undefined, 'what it runs on'],
    [text('cache-control') === '', 'cache-control'],
    [TOKEN_PAGES.test(url) && text('cache-control') !== 'no-store', 'no-store on a page behind a token'],
    [TOKEN_PAGES.test(url) && text('x-robots-tag') !== 'noindex', 'noindex on a page behind a token'],
    [status >= 500, `status ${status}`],
  ]
  return wrong.flatMap(([isWrong, what]) => (isWrong && !isAsset(url) ? [what] : []))
}

/** GET and HEAD of every route, with tokens that work: no row of any table is another one after. */
export function nothingChangesOnGet(): Promise<Verdict> {
  return withDoors(async ({ app, deps, routes, pathOf }) => {
    const changed: string[] = []
    let asked = 0
    let before = await checksums(deps.db)
    for (const route of routes.filter(({ method }) => method === 'GET' || method === 'HEAD')) {
      const path = pathOf(route)
      if (path === undefined || isAsset(path)) continue
      for (const headers of [{}, { 'sec-purpose': 'prefetch' }, { 'hx-request': 'true' }]) {
        await app.inject({ method: route.method as 'GET' | 'HEAD', url: path, headers })
        asked++
      }
      const after = await checksums(deps.db)
      const tables = Object.keys(after).filter((name) => after[name] !== before[name])
      if (tables.some((name) => !COUNTERS.includes(name))) {
        changed.push(`${route.method} ${route.url}: ${tables.join(', ')}`)
      }
      before = after
    }
    return {
      ok: changed.length === 0 && asked > 60,
      n: `${asked} requests, ${Object.keys(before).length} tables`,
      result: changed.length > 0 ? changed.slice(0, 5).join('; ') : 'no row changed',
    }
  })
}

const ELSEWHERE = [
  '//evil.example',
  '///evil.example/x',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https://evil.example/%2f..',
  'http://evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/\t/evil.example',
  '/%09/evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '/\r\nSet-Cookie: a=b',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example',
  '/@evil.example',
  'https://localhost:3000@evil.example',
  '.evil.example',
  '%E3%80%82evil.example',
]
const FIELDS = [
  'next',
  'url',
  'return',
  'redirect',
  'from',
  'change',
  'date',
  'q',
  'zone',
  'meant',
  'page',
  'topic',
]

/** No answer leads anywhere else, whatever a path, a query, a field or a Host header says. */
export function noOpenRedirect(): Promise<Verdict> {
  return withDoors(async ({ app, routes, pathOf, deps }) => {
    const elsewhere: string[] = []
    let redirects = 0
    let asked = 0
    const look = async (what: string, request: InjectOptions) => {
      const { headers } = await app.inject(request)
      asked++
      if (headers.location === undefined) return
      redirects++
      const target = URL.parse(String(headers.location), deps.config.BASE_URL)
      const isHere = target?.origin === new URL(deps.config.BASE_URL).origin
      if (!isHere || !/^\/(?![/\\])/.test(String(headers.location)))
        elsewhere.push(`${what} → ${headers.location}`)
    }
    for (const payload of ELSEWHERE) {
      const encoded = encodeURIComponent(payload)
      const query = FIELDS.map((name) => `${name}=${encoded}`).join('&')
      await look(`path ${payload}`, { url: `/${payload.replace(/[\r\n\t\\]/g, encodeURIComponent)}` })
      for (const route of routes) {
        const path = pathOf(route)
        if (path === undefined || isAsset(path)) continue
        const headers = {
          'content-type': 'application/x-www-form-urlencoded',
          host: 'evil.example',
          'x-forwarded-host': 'evil.example',
          accept: 'text/html',
        }
        const url = `${path}?${query}`
        if (route.method === 'GET') await look(route.url, { url, headers })
        if (route.method === 'POST') {
          await look(route.url, {
            method: 'POST',
            url,
            headers,
            payload: `${query}&email=ann@reader.example`,
          })
        }
      }
    }
    return {
      ok: elsewhere.length === 0 && redirects > 30,
      n: `${ELSEWHERE.length} payloads, ${asked} requests, ${redirects} redirects`,
      result: elsewhere.length > 0 ? elsewhere.slice(0, 4).join('; ') : 'all stay here',
    }
  })
}
