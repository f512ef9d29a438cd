import type { Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { NAMES, TYPES, VALUES } from './mutated-values.ts'
import { holderOfAll, type Person, somebody } from './people.ts'
import { changesWatched } from './safe-methods.ts'
import type { SiteCheck } from './site-check.ts'
import { buttonsOf, pathOf, press, tokenFor } from './visits.ts'
import type { Route, Site } from './world.ts'

const REQUESTS: Record<Profile, number> = { ci: 10_000, nightly: 100_000 }
/** For each button behind a token. */
const BROKEN_TOKENS: Record<Profile, number> = { ci: 10, nightly: 100 }
/** Then the tokens are of other people, since some requests erase them or end their subscription. */
const REQUESTS_OF_ONE = 500

type Pick = <T>(from: readonly T[]) => T

/** Requests made from valid ones by chance: other values, fields, types, tokens, methods, paths. */
export const noRequestBreaksIt: SiteCheck = async (site, profile) => {
  const chance = chanceOfRow()
  const random = chance.random()
  const pick: Pick = (from) => from[Math.floor(random() * from.length)]!
  const broken = new Map<string, number>()
  const statuses = new Map<number, number>()
  const took: number[] = []
  const broke = await pressedWithBrokenTokens(site, BROKEN_TOKENS[profile], random)
  let person = await holderOfAll(site.deps)
  for (let i = 0; i < REQUESTS[profile]; i++) {
    if (i % REQUESTS_OF_ONE === 0) person = await othersAllowed(site)
    const route = pick(site.routes)
    const request = mutated(route, pathOf(route.url, person), random, pick)
    chance.record(`${i}: ${JSON.stringify(request)}`)
    const begun = performance.now()
    const { statusCode, body } = await site.app.inject(request)
    took.push(performance.now() - begun)
    const hundreds = Math.floor(statusCode / 100)
    statuses.set(hundreds, (statuses.get(hundreds) ?? 0) + 1)
    const leaks = /\bat .*\.ts:\d+|PrismaClient|node_modules/.test(body)
    if (statusCode < 500 && !leaks) continue
    const what = `${request.method} ${route.url}: ${statusCode}${leaks ? ' with a trace' : ''}`
    broken.set(what, (broken.get(what) ?? 0) + 1)
  }
  const spread = [...statuses].sort(([a], [b]) => a - b).map(([hundreds, count]) => `${hundreds}xx ${count}`)
  return {
    n: `${REQUESTS[profile]} requests, ${site.routes.length} routes, ${broke.presses} presses with broken tokens`,
    faults: [...[...broken].map(([what, count]) => `${what} × ${count}`), ...broke.faults],
    shut: `${spread.join(', ')}; p99 ${slowestHundredth(took)} ms; no row changed by a broken token`,
    enough: (statuses.get(2) ?? 0) > REQUESTS[profile] / 5 && (statuses.get(3) ?? 0) > REQUESTS[profile] / 50,
  }
}

const slowestHundredth = (took: number[]): number =>
  Math.round(took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)]!)

/** Every button behind a token, each by a person for whom it would do something with a valid token. */
async function pressedWithBrokenTokens(site: Site, each: number, random: () => number) {
  const buttons = buttonsOf(site).filter(({ url }) => url.includes('/:token'))
  const people: Person[] = []
  for (const { by } of buttons) people.push(await somebody(site.deps, by))
  const changes = await changesWatched(site)
  const faults: string[] = []
  for (const [i, button] of buttons.entries()) {
    const person = people[i]!
    const token: Person['token'] = (purpose) => brokenToken(person.token(purpose), random)
    for (let time = 0; time < each; time++) await site.ask(press(button, { ...person, token }))
    const tables = await changes()
    if (tables.length > 0) faults.push(`${button.url} with a broken token: ${tables.join(', ')}`)
  }
  return { presses: buttons.length * each, faults }
}

/** Cut, or with one letter changed; never the last one, whose lowest bits may not count. */
function brokenToken(token: string, random: () => number): string {
  const at = Math.floor(random() * (token.length - 2))
  if (random() < 0.3) return token.slice(0, at + 1)
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

/** A new person and new limits: otherwise the limits would respond instead of the routes behind them. */
async function othersAllowed({ deps }: Site): Promise<Person> {
  await deps.db.bucket.deleteMany({})
  return holderOfAll(deps)
}

function mutated(route: Route, asItIs: string, random: () => number, pick: Pick) {
  const chance = (share: number) => random() < share
  const path = mutatedPath(asItIs, random, pick)
  const fields = Array.from({ length: Math.floor(random() * 8) }, () => [pick(NAMES), pick(VALUES)] as const)
  const query = chance(0.3) ? `?${encodeLoosely(fields)}` : ''
  const type = chance(0.6) ? TYPES[0]! : pick(TYPES)
  const isJson = type.startsWith('application/json')
  const payload = chance(0.1) ? pick(VALUES) : isJson ? jsonOf(fields, random, pick) : encodeLoosely(fields)
  return {
    method: chance(0.9) ? route.method : pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']),
    url: `${path.startsWith('/') ? '' : '/'}${path}${query}`,
    remoteAddress: `10.${Math.floor(random() * 200)}.${Math.floor(random() * 200)}.1`,
    headers: {
      ...(chance(0.9) && tokenFor(route.url)),
      ...(type && { 'content-type': encodeURI(type) }),
      ...(chance(0.3) && { accept: pick(['text/html', 'application/json', '*/*', 'image/png']) }),
      ...(chance(0.2) && { 'hx-request': 'true' }),
      ...(chance(0.1) && { 'x-forwarded-for': encodeURI(pick(VALUES).toWellFormed()).slice(0, 300) }),
      ...(chance(0.1) && { host: 'evil.example' }),
    },
    ...(route.method !== 'GET' && route.method !== 'HEAD' && { payload }),
  }
}

function mutatedPath(path: string, random: () => number, pick: Pick): string {
  const kind = Math.floor(random() * 8)
  const at = Math.floor(random() * path.length)
  if (kind === 0)
    return `${path.slice(0, at)}${encodeURIComponent(pick(VALUES).toWellFormed()).slice(0, 900)}`
  if (kind === 1) return `${path.slice(0, at)}${String.fromCharCode(97 + (at % 26))}${path.slice(at + 1)}`
  if (kind === 2) return path.toLowerCase()
  if (kind === 3) return `${path.slice(0, Math.max(1, at))}`
  if (kind === 4) return `${path}%`
  return path
}

/** As a form encodes it, with some invalid sequences. */
const encodeLoosely = (fields: readonly (readonly [string, string])[]): string =>
  fields
    .map(
      ([name, value]) =>
        `${name}=${value.startsWith('%') ? value : encodeURIComponent(value.toWellFormed())}`,
    )
    .join('&')

function jsonOf(fields: readonly (readonly [string, string])[], random: () => number, pick: Pick): string {
  const entries = fields.map(([name, value]) => {
    const shaped = pick([value, [value, value], { value }, Number(value), null, true, [[value]]])
    return `${JSON.stringify(name)}:${JSON.stringify(shaped)}`
  })
  const text = `{${entries.join(',')}}`
  return random() < 0.1 ? text.slice(0, -1) : text
}
