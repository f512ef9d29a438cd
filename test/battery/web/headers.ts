import { type Answer, answersOf, faultsOfStatus } from './answers.ts'
import { faultsOfPage } from './html-faults.ts'
import type { SiteCheck } from './site-check.ts'
import { visits } from './visits.ts'

const TOKEN_PAGES =
  /^\/((check-inbox|confirm|unsubscribe|resubscribe|manage|digest|account|move)\/:token|kept\/:token(\.bib|$)|proposals\/)/

/** Every answer of the site, as a browser gets it: what its headers allow, and nothing inline in its page. */
export const headersHold: SiteCheck = async (site) => {
  const faults: string[] = []
  const routes = new Set<string>()
  let answers = 0
  for (const path of ['/no/such/page', '/%ff']) {
    const { headers } = await site.ask({ url: path })
    faults.push(...faultsOfHeaders(path, headers).map((fault) => `${path}: ${fault}`))
  }
  for await (const visit of visits(site)) {
    for await (const answer of answersOf(site, visit)) {
      answers++
      routes.add(answer.name)
      faults.push(
        ...faultsOfStatus(answer),
        ...faultsOfAnswer(answer).map((fault) => `${answer.name}: ${fault}`),
      )
    }
  }
  return {
    n: `${routes.size} routes, ${answers} answers`,
    faults,
    shut: 'all as they should be',
    enough: routes.size > 40 && answers > 500,
  }
}

function faultsOfAnswer({ url, headers, body }: Answer): string[] {
  const isPage = String(headers['content-type']).startsWith('text/html')
  return [...faultsOfHeaders(url, headers), ...(isPage ? faultsOfPage(body) : [])]
}

function faultsOfHeaders(url: string, headers: Record<string, unknown>): string[] {
  const text = (name: string) => String(headers[name] ?? '')
  const isBehindToken = TOKEN_PAGES.test(url)
  const wrong: [boolean, string][] = [
    [text('x-content-type-options') !== 'nosniff', 'nosniff'],
    [text('referrer-policy') !== 'same-origin', 'referrer-policy'],
    [headers['set-cookie'] !== undefined, 'a cookie'],
    [headers['x-powered-by'] !== undefined || headers.server !== undefined, 'what it runs on'],
    [text('cache-control') === '', 'cache-control'],
    [isBehindToken && text('cache-control') !== 'no-store', 'no-store behind a token'],
    [isBehindToken && text('x-robots-tag') !== 'noindex', 'noindex behind a token'],
  ]
  return [
    ...faultsOfPolicy(text('content-security-policy')),
    ...wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : [])),
  ]
}

function faultsOfPolicy(policy: string): string[] {
  const directives = new Map(
    policy.split(';').map((one) => {
      const [name = '', ...sources] = one.trim().split(/\s+/)
      return [name, sources.join(' ')]
    }),
  )
  const isOneOf = (name: string, ...allowed: (string | undefined)[]) => allowed.includes(directives.get(name))
  const wrong: [boolean, string][] = [
    [!isOneOf('default-src', "'none'"), 'default-src'],
    [!isOneOf('script-src', undefined, "'self'", "'none'"), 'script-src'],
    [!isOneOf('connect-src', undefined, "'self'", "'none'"), 'connect-src'],
    [!isOneOf('style-src', "'self'") || !isOneOf('img-src', "'self'"), 'style-src or img-src'],
    [!isOneOf('form-action', "'self'"), 'form-action'],
    [!isOneOf('base-uri', "'none'") || !isOneOf('frame-ancestors', "'none'"), 'base-uri or frame-ancestors'],
    [/unsafe|data:|\*/.test(policy), 'a source list that lets anything in'],
  ]
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []))
}
