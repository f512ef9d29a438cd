import type { InjectOptions } from 'fastify'
import type { Profile } from '../battery-case.ts'
import { BUTTONS, type Button, type Fields } from './buttons.ts'
import { ELSEWHERE, ELSEWHERE_HEADERS, NAMES, OWN_NAMES } from './elsewhere.ts'
import { holderOfAll, somebody } from './people.ts'
import type { SiteCheck } from './site-check.ts'
import { buttonsOf, pathOf, press, tokenFor } from './visits.ts'
import type { Site } from './world.ts'

/** No answer leads anywhere else, whatever a path, a query, a field or a header says. */
export const noOpenRedirect: SiteCheck = async (site, profile) => {
  const faults: string[] = []
  const count = { requests: 0, redirects: 0 }
  const look: Look = async (what, { headers, ...request }) => {
    const answer = await site.ask({ ...request, headers: { ...headers, ...ELSEWHERE_HEADERS } })
    const location = answer.headers.location
    count.requests++
    if (location !== undefined) count.redirects++
    if (location !== undefined && !isHere(String(location), site)) faults.push(`${what} → ${location}`)
    return answer.statusCode
  }
  for (const button of buttonsOf(site).filter(({ protocol }) => !protocol))
    faults.push(...(await pressAll(site, profile, button, look)))
  if (!site.wrong.only) await readAll(site, profile, look)
  return {
    n: `${ELSEWHERE.length} payloads, ${count.requests} requests, ${count.redirects} redirects`,
    faults,
    shut: 'all stay here',
    enough: count.redirects > 150,
  }
}

/** Asks, notes where it leads, and returns the status. */
type Look = (what: string, request: InjectOptions) => Promise<number>

function isHere(location: string, { deps }: Site): boolean {
  const { origin } = new URL(deps.config.BASE_URL)
  return /^\/(?![/\\])/.test(location) && URL.parse(location, origin)?.origin === origin
}

/** The plain one, and in profile ci a third of the others, so that the buttons or pages share them. */
const payloadsFor = (index: number, profile: Profile): string[] =>
  ELSEWHERE.filter((_, i) => profile === 'nightly' || i === 0 || i % 3 === index % 3)

/** Each payload in fields and a query that a form does not have, beside a form that is taken; then in its own. */
async function pressAll(site: Site, profile: Profile, button: Button, look: Look): Promise<string[]> {
  const { url, by, method = 'POST', status: expected = 303, isJson } = button
  const name = `${method} ${url}`
  const refused: string[] = []
  for (const payload of payloadsFor(BUTTONS.indexOf(button), profile)) {
    const person = await somebody(site.deps, by)
    const own = Object.keys(button.fields?.(person) ?? {})
    // A body of JSON that holds more than we know is refused.
    const others = isJson
      ? {}
      : fieldsOf(
          NAMES.filter((field) => !own.includes(field)),
          payload,
        )
    const request = press(button, person, others)
    // If there is no body, a query with more fields is refused in the same way.
    const query = method === 'DELETE' ? '' : `?${queryOf(payload)}`
    const status = await look(name, { ...request, url: `${request.url}${query}` })
    if (status !== expected) refused.push(`${name}: ${status} instead of ${expected}`)
  }
  const person = await somebody(site.deps, by)
  for (const field of [...Object.keys(button.fields?.(person) ?? {}), ...OWN_NAMES]) {
    await look(name, press(button, person, { [field]: ELSEWHERE[0]! }))
  }
  return refused
}

const fieldsOf = (names: string[], payload: string): Fields =>
  Object.fromEntries(names.map((field) => [field, payload]))

const queryOf = (payload: string): string =>
  new URLSearchParams(fieldsOf([...NAMES, ...OWN_NAMES], payload)).toString()

/** Each payload as a path, and those of each page in its query. */
async function readAll(site: Site, profile: Profile, look: Look): Promise<void> {
  const person = await holderOfAll(site.deps)
  const pages = site.routes.filter(({ method }) => method === 'GET')
  for (const payload of ELSEWHERE)
    await look(`path ${payload}`, { url: `/${payload.replace(/[\r\n\t\\]/g, encodeURIComponent)}` })
  for (const [index, { url }] of pages.entries()) {
    for (const payload of payloadsFor(index, profile)) {
      const asked = `${pathOf(url, person)}?${queryOf(payload)}`
      await look(`GET ${url}`, { url: asked, headers: tokenFor(url) })
    }
  }
}
