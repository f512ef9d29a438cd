import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OfferRule, type PastDigest, rightOffer, WRONG_OFFERS } from '../../support/wrong-offers.ts'

// Promise 5 as a property: each paper ends in exactly one digest that counts, for any late papers and digests that
// are given up at any time.

/** A day: how late its papers are, whether a digest is planned, how it ends and after how many digests. */
const day = fc.record({
  papers: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
  isDue: fc.boolean(),
  end: fc.constantFrom('accepted' as const, 'uncertain' as const, 'gave_up' as const),
  after: fc.nat({ max: 2 }),
})
const someDays = fc.array(day, { minLength: 1, maxLength: 10 })
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never

/** How many digests that count have each paper, in the end. */
function timesOffered(rule: OfferRule, days: Day[]): number[] {
  const past: (PastDigest & Pick<Day, 'end' | 'after'>)[] = []
  const firstDays = new Map<number, number>()
  const settleAll = [1, 2, 3].map((): Day => ({ papers: [], isDue: true, end: 'accepted', after: 0 }))
  for (const [number, { papers, isDue, end, after }] of [...days, ...settleAll].entries()) {
    for (const late of papers) firstDays.set(firstDays.size + 1, Math.max(0, number - late))
    if (!isDue) continue
    // Digests that end before this one have ended.
    for (const [i, digest] of past.entries()) {
      if (past.length - i > digest.after) digest.state = digest.end
    }
    const maxPaperId = firstDays.size
    const offered = rule({ past, firstDays, maxPaperId })
    past.push({ day: number, ...offered, toPaper: maxPaperId, state: 'open', end, after })
  }
  const counting = past.filter((digest) => digest.end !== 'gave_up')
  return [...firstDays.keys()].map((id) => counting.filter(({ papers }) => papers.includes(id)).length)
}

const eachOnce = (rule: OfferRule) =>
  fc.property(someDays, (days) => timesOffered(rule, days).every((times) => times === 1))

test('a sequence of digests offers each paper once, for any late papers and failures', () => {
  const run = fc.check(eachOnce(rightOffer), { numRuns: 2000 })
  expect(run.failed, fc.defaultReportMessage(run)).toBe(false)
})

describe('the property fails for a rule', () => {
  test.each(Object.entries(WRONG_OFFERS))('that %s', (_name, rule) => {
    expect(() => fc.assert(eachOnce(rule), { numRuns: 2000 })).toThrow('Property failed')
  })
})
