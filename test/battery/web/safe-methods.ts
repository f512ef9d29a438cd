import type { InjectOptions } from 'fastify'
import { checksums } from '../../support/checksums.ts'
import { faultsOfStatus } from './answers.ts'
import type { SiteCheck } from './site-check.ts'
import { press, type Visit, visits } from './visits.ts'
import type { Site } from './world.ts'

// They count requests; no promise depends on them.
const COUNTERS = ['bucket', 'tick']

// A browser that fetches a page before anybody asks for it, and the script of our own pages.
const OTHER_ASKERS: InjectOptions['headers'][] = [{ 'sec-purpose': 'prefetch' }, { 'hx-request': 'true' }]

/**
 * GET and HEAD, with tokens of whom they could do something to: no row of any table is another one after. Then the
 * button is pressed, so that it is known to have been there, and the pages are requested again.
 */
export const nothingChangesOnGet: SiteCheck = async (site) => {
  const faults: string[] = []
  const count = { requests: 0, presses: 0 }
  for await (const visit of visits(site)) {
    const sums = await changesWatched(site)
    const read = async () => {
      for (const { route, requests } of visit.pages) {
        count.requests += await askAll(site, requests)
        const tables = await sums()
        if (tables.length > 0) faults.push(`${route.method} ${route.url}: ${tables.join(', ')}`)
      }
    }
    await read()
    if (!visit.button) continue
    faults.push(...(await pressedFaults(site, visit, sums)))
    count.presses++
    await read()
  }
  return {
    n: `${count.requests} requests around ${count.presses} buttons`,
    faults,
    shut: 'no row changed, but by the buttons',
    enough: count.requests > 800 && count.presses > 20,
  }
}

/** Names the tables that are others than when it was called last. */
export async function changesWatched({ deps: { db } }: Site): Promise<() => Promise<string[]>> {
  let before = await checksums(db)
  return async () => {
    const after = await checksums(db)
    const tables = Object.keys(after).filter((name) => after[name] !== before[name])
    before = after
    return tables.filter((name) => !COUNTERS.includes(name))
  }
}

async function askAll(site: Site, requests: InjectOptions[]): Promise<number> {
  for (const request of requests) await site.ask(request)
  const last = requests.at(-1)
  for (const headers of OTHER_ASKERS) await site.ask({ ...last, headers: { ...last?.headers, ...headers } })
  return requests.length + OTHER_ASKERS.length
}

/** A button that changes nothing would say nothing of the pages before it. */
async function pressedFaults(
  site: Site,
  { button, person }: Visit,
  sums: () => Promise<string[]>,
): Promise<string[]> {
  const { url, method = 'POST', status: expected = 303, looks = false } = button!
  const { statusCode: status } = await site.ask(press(button!, person))
  const changed = await sums()
  const name = `${method} ${url}`
  const wrong = looks
    ? `${name}: ${changed.join(', ')}`
    : `${name}: no row changed, so its pages prove nothing`
  const asItIs = { name, url, status, expected, headers: {}, body: '' }
  return [...faultsOfStatus(asItIs), ...(changed.length > 0 === looks ? [wrong] : [])]
}
