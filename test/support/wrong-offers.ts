import { eligibleRangeAfter } from '../../src/digests/eligible-range.ts'

/** A digest of the past, as a rule for the next one may see it. */
export interface PastDigest {
  /** The day on which it was planned, counted from 0. */
  day: number
  fromPaper: number
  toPaper: number
  papers: number[]
  state: 'open' | 'accepted' | 'uncertain' | 'gave_up'
}

/** What is known when a digest is planned: papers by id, with the day of their first listing. */
export interface Known {
  past: PastDigest[]
  firstDays: Map<number, number>
  maxPaperId: number
}

export interface Offered {
  fromPaper: number
  papers: number[]
}

export type OfferRule = (known: Known) => Offered

const idsIn = ({ firstDays }: Known, has: (id: number) => boolean) => [...firstDays.keys()].filter(has)

/** The rule of the program. */
export const rightOffer: OfferRule = (known) => {
  const counting = known.past.filter(({ state }) => state !== 'gave_up')
  const earlier = counting.map((digest) => ({ ...digest, bestDay: null, settled: digest.state !== 'open' }))
  const offer = eligibleRangeAfter(earlier, 1, known.maxPaperId)
  return { fromPaper: offer.fromPaper, papers: idsIn(known, offer.has) }
}

/** Rules that look right and are not. They are never used: a test shows that it would notice them. */
export const WRONG_OFFERS: Record<string, OfferRule> = {
  /** Goes by days: what comes late, with the day of an earlier digest, is lost. */
  'by-day': (known) => {
    const last = known.past.filter(({ state }) => state !== 'gave_up').at(-1)?.day ?? -1
    return { fromPaper: 0, papers: idsIn(known, (id) => known.firstDays.get(id)! > last) }
  },
  /** Goes on after the last digest, whatever became of it: what was given up is lost. */
  'after-the-last': (known) => {
    const last = known.past.at(-1)?.toPaper ?? 0
    return { fromPaper: last, papers: idsIn(known, (id) => id > last) }
  },
  /** Goes on after the last one that was accepted: what an open one still brings comes twice. */
  'after-the-last-accepted': (known) => {
    const last = Math.max(
      0,
      ...known.past.filter(({ state }) => state === 'accepted').map(({ toPaper }) => toPaper),
    )
    return { fromPaper: last, papers: idsIn(known, (id) => id > last) }
  },
  /** Waits until each one is accepted: behind one that stays uncertain, what was given up is lost. */
  'waits-for-acceptance': (known) => {
    const counting = known.past.filter(({ state }) => state !== 'gave_up')
    const earlier = counting.map((digest) => ({
      ...digest,
      bestDay: null,
      settled: digest.state === 'accepted',
    }))
    const offer = eligibleRangeAfter(earlier, 1, known.maxPaperId)
    return { fromPaper: offer.fromPaper, papers: idsIn(known, offer.has) }
  },
  /** Reaches back past digests that are open: what one of those gives up later is lost. */
  'past-open-ones': (known) => {
    const counting = known.past.filter(({ state }) => state !== 'gave_up')
    const earlier = counting.map((digest) => ({ ...digest, bestDay: null, settled: true }))
    const offer = eligibleRangeAfter(earlier, 1, known.maxPaperId)
    return { fromPaper: offer.fromPaper, papers: idsIn(known, offer.has) }
  },
}
