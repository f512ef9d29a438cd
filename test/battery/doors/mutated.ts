import type { Profile } from '../battery-case.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import type { Door } from './door.ts'
import { NAMES, TYPES, VALUES } from './mutated-values.ts'
import { holderOfAll, type Person } from './people.ts'
import { pathOf, tokenFor } from './visits.ts'
import type { Doors, Route } from './world.ts'

const REQUESTS: Record<Profile, number> = { ci: 10_000, nightly: 100_000 }
const SEED = 20261124
/** Then other people hold the tokens, since some of the requests erase them or end what they have. */
const REQUESTS_OF_ONE = 500

type Pick = <T>(from: readonly T[]) => T

/** Requests made from good ones by a seeded chance: other values, fields, types, tokens, methods, paths. */
export const noRequestBreaksIt: Door = async (doors, profile) => {
  const random = randomFrom(SEED)
  const pick: Pick = (from) => from[Math.floor(random() * from.length)]!
  const broken = new Map<string, number>()
  const statuses = new Map<number, number>()
  let person = await holderOfAll(doors.deps)
  for (let i = 0; i < REQUESTS[profile]; i++) {
    if (i % REQUESTS_OF_ONE === 0) person = await othersAllowed(doors)
    const route = pick(doors.routes)
    const request = mutated(route, pathOf(route.url, person), random, pick)
    const { statusCode, body } = await doors.app.inject(request)
    const hundreds = Math.floor(statusCode / 100)
    statuses.set(hundreds, (statuses.get(hundreds) ?? 0) + 1)
    const leaks = /\bat .*\.ts:\d+|PrismaClient|node_modules/.test(body)
    if (statusCode < 500 && !leaks) continue
    const what = `${request.method} ${route.url}: ${statusCode}${leaks ? ' with a trace' : ''}`
    broken.set(what, (broken.get(what) ?? 0) + 1)
  }
  const spread = [...statuses].sort(([a], [b]) => a - b).map(([hundreds, count]) => `${hundreds}xx ${count}`)
  return {
    n: `${REQUESTS[profile]} requests, ${doors.routes.length} routes`,
    faults: [...broken].map(([what, count]) => `${what} × ${count}`),
    shut: spread.join(', '),
    enough: (statuses.get(2) ?? 0) > REQUESTS[profile] / 5 && (statuses.get(3) ?? 0) > REQUESTS[profile] / 50,
  }
}

/** Somebody new, and the limits anew, so that these do not answer in the place of what stands behind them. */
async function othersAllowed({ deps }: Doors): Promise<Person> {
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

/** As a form writes it, with here and there a sequence that is none. */
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
