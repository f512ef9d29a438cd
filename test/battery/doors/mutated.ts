import type { Profile, Verdict } from '../battery-case.ts'
import { randomFrom } from '../seeded-random.ts'
import { type Doors, type Route, withDoors } from './world.ts'

const REQUESTS: Record<Profile, number> = { ci: 10_000, nightly: 100_000 }
const SEED = 20261124

const TYPES = [
  'application/x-www-form-urlencoded',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded;;',
  '',
  '\u00e9/x',
]
const NAMES = [
  'email',
  'topic',
  'hour',
  'zone',
  'days',
  'max',
  'format',
  'detail',
  'website',
  'query',
  'do',
  'change',
  'until',
  'again',
  'any',
  'must',
  'never',
  'author',
  'category',
  'votes',
  'from',
  'id',
  'name',
  'remove',
  '__proto__',
  'constructor',
  'toString',
]
const VALUES = [
  '',
  ' ',
  'ann@reader.example',
  'a@b',
  '"linear attention" OR (vision',
  '-',
  'NOT a',
  '\0',
  '\ud800',
  '%',
  '%zz',
  '%00',
  '9'.repeat(400),
  '-1',
  '1e309',
  'NaN',
  '2026-02-30',
  '2026-11-25',
  'Europe/Paris',
  '../../etc/passwd',
  '\u202eabc',
  '👩‍👩‍👧‍👧',
  'x'.repeat(5000),
  '('.repeat(500),
  'settings',
  'undo',
  'add-topic',
  'pause',
  'move-topic',
  '2147483648',
  "' or 1=1 --",
  '<script>',
  '[object Object]',
  'null',
  'true',
]

/** Requests made from good ones by a seeded chance: other values, fields, types, tokens, methods, paths. */
export function noRequestBreaksIt(profile: Profile): Promise<Verdict> {
  return withDoors(async (doors) => {
    const random = randomFrom(SEED)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
    const routes = doors.routes.filter((route) => doors.pathOf(route) && !route.url.startsWith('/assets'))
    const broken = new Map<string, number>()
    const statuses = new Map<number, number>()
    for (let i = 0; i < REQUESTS[profile]; i++) {
      const request = mutated(doors, pick(routes), random, pick)
      const { statusCode, body } = await doors.app.inject(request)
      const status = Math.floor(statusCode / 100) * 100
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const leaks = /\bat .*\.ts:\d+|PrismaClient|node_modules/.test(body)
      if (statusCode >= 500 || leaks) {
        const what = `${request.method} ${request.route}: ${statusCode}${leaks ? ' with a trace' : ''}`
        broken.set(what, (broken.get(what) ?? 0) + 1)
      }
      // So that the limits do not answer in the place of what stands behind them.
      if (i % 50 === 0) await doors.deps.db.bucket.deleteMany({})
    }
    const spread = [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status / 100}xx ${count}`)
    const faults = [...broken].map(([what, count]) => `${what} × ${count}`)
    return {
      ok: broken.size === 0 && (statuses.get(200) ?? 0) > 100,
      n: `${REQUESTS[profile]} requests, ${routes.length} routes`,
      result: [spread.join(', '), ...faults.slice(0, 6)].join('; '),
    }
  })
}

function mutated(doors: Doors, route: Route, random: () => number, pick: <T>(from: readonly T[]) => T) {
  const chance = (share: number) => random() < share
  const path = mutatedPath(doors.pathOf(route)!, random, pick)
  const fields = Array.from({ length: Math.floor(random() * 8) }, () => [pick(NAMES), pick(VALUES)] as const)
  const query = chance(0.3) ? `?${encodeLoosely(fields)}` : ''
  const type = chance(0.6) ? TYPES[0]! : pick(TYPES)
  const isJson = type.startsWith('application/json')
  const payload = chance(0.1) ? pick(VALUES) : isJson ? jsonOf(fields, random, pick) : encodeLoosely(fields)
  return {
    route: route.url,
    method: chance(0.9) ? route.method : pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']),
    url: `${path.startsWith('/') ? '' : '/'}${path}${query}`,
    remoteAddress: `10.${Math.floor(random() * 200)}.${Math.floor(random() * 200)}.1`,
    headers: {
      ...(type && { 'content-type': encodeURI(type) }),
      ...(chance(0.3) && { accept: pick(['text/html', 'application/json', '*/*', 'image/png']) }),
      ...(chance(0.2) && { 'hx-request': 'true' }),
      ...(chance(0.1) && { 'x-forwarded-for': encodeURI(pick(VALUES).toWellFormed()).slice(0, 300) }),
      ...(chance(0.1) && { host: 'evil.example' }),
    },
    ...(route.method !== 'GET' && route.method !== 'HEAD' && { payload }),
  }
}

function mutatedPath(path: string, random: () => number, pick: <T>(from: readonly T[]) => T): string {
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

function jsonOf(
  fields: readonly (readonly [string, string])[],
  random: () => number,
  pick: <T>(from: readonly T[]) => T,
): string {
  const entries = fields.map(([name, value]) => {
    const shaped = pick([value, [value, value], { value }, Number(value), null, true, [[value]]])
    return `${JSON.stringify(name)}:${JSON.stringify(shaped)}`
  })
  const text = `{${entries.join(',')}}`
  return random() < 0.1 ? text.slice(0, -1) : text
}
