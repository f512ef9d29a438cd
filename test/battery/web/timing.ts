import type { Profile, Verdict } from '../battery-case.ts'
import { type Site, withSite } from './world.ts'

const SAMPLES = 200
const WARM_UP = 40
/** A p below this distinguishes known from unknown. */
const MIN_P = 0.01
const MAX_MEDIAN_MS = 2

/**
 * The time of an answer for addresses that subscribe here and for ones that do not, by the test of Mann and Whitney,
 * over a real socket. It fails without a cause once in a hundred runs, so it runs only nightly.
 */
export async function timeTellsNothing(profile: Profile): Promise<Verdict | string> {
  if (profile !== 'nightly') return 'a statistical test: run it with --profile nightly'
  return withSite({}, async (site) => {
    const url = await site.app.listen({ host: '127.0.0.1', port: 0 })
    await addKnown(site)
    const results: string[] = []
    let ok = true
    for (const [form, path] of FORMS.entries()) {
      const { known, unknown } = await sample(site, url + path, form)
      const p = mannWhitneyP(known, unknown)
      const delta = Math.abs(median(known) - median(unknown))
      ok &&= p > MIN_P && delta < MAX_MEDIAN_MS
      results.push(
        `${path}: medians ${median(known).toFixed(2)} and ${median(unknown).toFixed(2)} ms, p ${p.toFixed(3)}`,
      )
    }
    return { ok, n: `${SAMPLES} known, ${SAMPLES} unknown addresses`, result: results.join('; ') }
  })
}

/** The routes that take an address from anybody. */
const FORMS = ['/subscribe', '/manage', '/api/subscriptions']

const addressOf = (isKnown: boolean, i: number): string => `${isKnown ? 'known' : 'other'}${i}@timing.example`

async function addKnown({ deps }: Site): Promise<void> {
  const { addSubscriber } = await import('../../../src/account/signup/add-subscriber.ts')
  for (let i = 0; i < FORMS.length * (SAMPLES + WARM_UP); i++) {
    await addSubscriber(deps, { email: addressOf(true, i), topics: [], consent: 'for these tests' })
  }
}

/** Each form has people of its own. */
async function sample(
  { deps }: Site,
  url: string,
  form: number,
): Promise<{ known: number[]; unknown: number[] }> {
  const times = { known: [] as number[], unknown: [] as number[] }
  const offset = form * (SAMPLES + WARM_UP)
  const isJson = url.includes('/api/')
  for (let i = 0; i < SAMPLES + WARM_UP; i++) {
    // Alternating, so that what slows the machine slows both; which goes first changes.
    for (const isKnown of i % 2 === 0 ? [true, false] : [false, true]) {
      await deps.db.bucket.deleteMany({})
      const fields = { email: addressOf(isKnown, offset + i) }
      const begun = performance.now()
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        ...(isJson && { headers: { 'content-type': 'application/json' } }),
        body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields),
      })
      await answer.arrayBuffer()
      if (i >= WARM_UP) times[isKnown ? 'known' : 'unknown'].push(performance.now() - begun)
    }
  }
  return times
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Two-sided p that both come from one distribution, by the normal approximation (Mann and Whitney 1947). */
function mannWhitneyP(a: number[], b: number[]): number {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))]
  all.sort((x, y) => x.value - y.value)
  let rankSum = 0
  all.forEach(({ isA }, i) => {
    if (isA) rankSum += i + 1
  })
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const mean = (a.length * b.length) / 2
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
  return 2 * (1 - normalCdf(Math.abs(u - mean) / deviation))
}

/** Abramowitz and Stegun, 26.2.17. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly
}
