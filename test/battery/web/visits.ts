import type { InjectOptions } from 'fastify'
import { spanOf } from '../../../src/search/spans.ts'
import { BUTTONS, type Button, type Fields, queriesFor } from './buttons.ts'
import { FEATURE_SITES } from './feature-sites.ts'
import { holderOfAll, type Person, somebody, type TokenPurpose } from './people.ts'
import { DAYS } from './seed.ts'
import { API_TOKEN, type Route, type Site } from './world.ts'

/** A new person, the pages that they can see, and a button on one of them. */
export interface Visit {
  person: Person
  /** GET and HEAD of one route each, plain and with queries; among them what the button's form holds. */
  pages: { route: Route; requests: InjectOptions[] }[]
  /** None in the visit to every page. */
  button?: Button
}

/** Every button once, each by another person, and every page. Throws for a route without a sample. */
export async function* visits(site: Site): AsyncGenerator<Visit> {
  const { deps, routes } = site
  const readable = routes.filter(({ method }) => method === 'GET' || method === 'HEAD')
  const person = await holderOfAll(deps)
  requireSamples(routes, person)
  for (const button of buttonsOf(site)) {
    const other = await somebody(deps, button.by)
    const behind = readable.filter(({ url }) => isBehind(url, button.url))
    yield { button, person: other, pages: pagesOf(behind, other, button.fields?.(other)) }
  }
  if (site.wrong.only) return
  yield { person, pages: pagesOf(readable, person) }
}

/** Those that are tried. */
export const buttonsOf = ({ wrong: { only = '/' } }: Site): Button[] =>
  BUTTONS.filter(({ url }) => url.startsWith(only))

function requireSamples(routes: Route[], person: Person): void {
  for (const { method, url } of routes) {
    const isRead = method === 'GET' || method === 'HEAD'
    const isKnown = isRead
      ? !pathOf(url, person).includes(':')
      : BUTTONS.some((one) => one.url === url && (one.method ?? 'POST') === method)
    if (!isKnown)
      throw new Error(
        `${method} ${url}: no sample of it; a feature's are in test/battery/features/NAME/site.ts`,
      )
  }
}

/** A page with the same link, or at the same address. */
const isBehind = (page: string, button: string): boolean =>
  button.includes('/:token') ? page.startsWith(`/${purposeOf(button)}/:token`) : page === button

const PURPOSES = Object.assign({}, ...FEATURE_SITES.map(({ purposes }) => purposes)) as Record<
  string,
  TokenPurpose
>

const purposeOf = (url: string): TokenPurpose => PURPOSES[url] ?? (url.split('/')[1] as TokenPurpose)

const pagesOf = (routes: Route[], person: Person, fields: Fields = {}): Visit['pages'] =>
  routes.map((route) => {
    const all = route.method === 'GET' ? [...queriesFor(person), fields] : [fields]
    const queries = all.map((query) => new URLSearchParams(query).toString())
    const path = pathOf(route.url, person)
    const requests = [...new Set(queries)].map((query) => `${path}${query && '?'}${query}`)
    return {
      route,
      requests: requests.map((url) => ({ method: route.method as 'GET', url, headers: tokenFor(url) })),
    }
  })

/** A path of a route; an unknown parameter is kept as it is. */
export const pathOf = (
  url: string,
  { token, readersDigest, subscriberId, messageId, topicId, made }: Person,
): string =>
  (made.paths[url] ?? url)
    .replace('/manage/:token/digest/:message', readersDigest)
    .replace(':token', () => token(purposeOf(url)))
    .replace('/date/:file', () => `/date/${DAYS.at(-1)!}.png`)
    .replace('/topics/:file', '/topics/unknown.png')
    .replace('/og/papers/*', '/og/papers/2511.00001.png')
    .replace('/papers/:id', '/papers/2511.00001')
    .replace('/topics/:id', () => `/topics/${topicId}`)
    .replace('/messages/:id', () => `/messages/${messageId}`)
    .replace('/subscribers/:id', () => `/subscribers/${subscriberId}`)
    .replace(':date', DAYS.at(-1)!)
    .replace(':week', spanOf('week', DAYS.at(-1)!).name)
    .replace(':month', spanOf('month', DAYS.at(-1)!).name)
    .replace(':part', '1')
    .replace('/papers/*', '/papers/2511.00001')

/** What the operator's program sends along. */
export const tokenFor = (url: string): Record<string, string> =>
  url.startsWith('/api/') ? { authorization: `Bearer ${API_TOKEN}` } : {}

/** The button's form as a browser sends it; `more`: fields that it lacks, or has otherwise. */
export function press(
  { url, method = 'POST', fields, headers, isJson }: Button,
  person: Person,
  more: Fields = {},
): InjectOptions {
  const all = { ...fields?.(person), ...more }
  const type = isJson ? 'application/json' : 'application/x-www-form-urlencoded'
  return {
    method,
    url: pathOf(url, person),
    headers: { 'content-type': type, ...tokenFor(url), ...headers },
    payload: isJson ? JSON.stringify(all) : new URLSearchParams(all).toString(),
  }
}
