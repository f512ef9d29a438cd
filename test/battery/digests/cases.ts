import type { WRONG_PLANNERS } from '../../support/wrong-planners.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type Offered, type OfferingRun, runOffering } from './offered.ts'
import { type OnlyFeedRun, type OnlyFeedSeen, runOnlyFeed } from './only-feed.ts'
import { type Planned, type PlanningRun, runPlanning } from './planned.ts'
import { readerCases } from './reader-cases.ts'
import { type RelatedPapersSeen, type RelatedRun, runRelatedPapers } from './related-once.ts'

const RUNS: Record<Profile, PlanningRun> = {
  // A planner fills a thousand digests at a time.
  ci: { subscribers: 6000, kills: 2 },
  nightly: { subscribers: 30_000, kills: 20 },
}

const planned: BatteryCase = {
  name: 'kill-planner',
  fault: 'kill -9 of a planner while it plans a date',
  invariant: 'each subscriber who is due has one outcome, the right one; the day totals balance',
  run: async (profile) => {
    const run = RUNS[profile]
    const seen = await runPlanning(run)
    const { wrongOutcomes, twice, balanced, killed } = seen
    return {
      ok: wrongOutcomes.length === 0 && twice === 0 && balanced && killed >= run.kills * 0.9,
      n: howMany(run, seen),
      result: inWords(seen),
    }
  },
}

/** Wrong planners that lose subscribers, with or without a kill: the day totals show it. */
const WRONG: Record<keyof typeof WRONG_PLANNERS, { fault: string; run: PlanningRun }> = {
  'pages-by-offset': {
    fault: 'a planner pages by offset, and skips every other page',
    run: { subscribers: 1000, kills: 0 },
  },
  'done-before-filled': {
    fault: 'kill -9 of a planner that records a plan as done before it has filled the digests',
    run: { subscribers: 2000, kills: 1 },
  },
  'drops-the-rest': {
    fault: 'a planner deletes the digests that it has not filled',
    run: { subscribers: 1000, kills: 0 },
  },
}

const wrongCases = Object.entries(WRONG).map(
  ([wrong, { fault, run }]): BatteryCase => ({
    name: `kill-planner-wrong-${wrong}`,
    fault,
    invariant: 'must be caught: the day totals do not balance',
    run: async () => {
      const seen = await runPlanning({ ...run, wrong })
      const caught = !seen.balanced
      return {
        ok: caught,
        n: howMany(run, seen),
        result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}`,
      }
    },
  }),
)

const howMany = ({ subscribers }: PlanningRun, { due, killed }: Planned): string =>
  `${subscribers} subscribers, ${due} due, ${killed} kills`

function inWords({ wrongOutcomes, twice, totals, balanced }: Planned): string {
  const { due, planned, nothingMatched, paused, missed } = totals
  const outcomes = wrongOutcomes.length > 0 ? ` (${[...new Set(wrongOutcomes)].slice(0, 3).join('; ')})` : ''
  return [
    `due ${due} = planned ${planned} + nothing matched ${nothingMatched} + paused ${paused} + missed ${missed}: ${balanced ? 'balances' : 'does NOT balance'}`,
    `wrong outcomes ${wrongOutcomes.length}${outcomes}, twice ${twice}`,
  ].join('; ')
}

const OFFERINGS: Record<Profile, OfferingRun> = {
  ci: { days: 10, subscribers: 24 },
  nightly: { days: 30, subscribers: 60 },
}

const offered: BatteryCase = {
  name: 'offers-once',
  fault: 'late papers, and papers listed twice, while emails are refused or get no reply',
  invariant: 'each paper is offered once to each subscriber whose topics match it',
  run: async (profile) => {
    const run = OFFERINGS[profile]
    const seen = await runOffering(run)
    const { twice, never, unrelated, refused, unanswered } = seen
    const enough = refused > run.days && unanswered > run.days
    return {
      ok: twice + never + unrelated === 0 && enough,
      n: howManyOffers(run, seen),
      result: offersInWords(seen),
    }
  },
}

const inPlaceOf = (real: string, name: string): WrongPart => ({
  real,
  wrong: `test/battery/digests/wrong-parts/${name}.ts`,
})

/** Wrong rules that offer papers twice or never: the emails that arrived show it. */
const WRONG_OFFERS: Record<string, { what: string; real: string; sees: 'twice' | 'never' }> = {
  'offers-two-weeks': {
    what: 'offers all papers of two weeks',
    real: 'src/digests/eligible-range.ts',
    sees: 'twice',
  },
  'counts-only-accepted': {
    what: 'counts only accepted digests as offered',
    real: 'src/digests/earlier-digest.repo.ts',
    sees: 'twice',
  },
  'continues-after-last-digest': {
    what: 'continues after the last digest, even if it failed',
    real: 'src/digests/earlier-digest.repo.ts',
    sees: 'never',
  },
}

const wrongOffers = Object.entries(WRONG_OFFERS).map(
  ([name, { what, real, sees }]): BatteryCase => ({
    name: `offers-once-wrong-${name}`,
    fault: `late and repeated papers while emails are refused, with a planner that ${what}`,
    invariant: `must be caught: papers are offered ${sees}`,
    run: async () => {
      const run = { days: 6, subscribers: 18 }
      const seen = await runOffering(run, inPlaceOf(real, name))
      const caught = seen[sees] > 0
      const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${offersInWords(seen)}`
      return { ok: caught, n: howManyOffers(run, seen), result }
    },
  }),
)

const howManyOffers = ({ days, subscribers }: OfferingRun, { pairs, emails }: Offered): string =>
  `${subscribers} subscribers, ${days} days, ${pairs} pairs, ${emails} emails`

const offersInWords = ({ twice, never, unrelated, refused, unanswered }: Offered): string =>
  `offered twice ${twice}, never ${never}, to the wrong subscriber ${unrelated}; ${refused} emails refused, ${unanswered} without a reply`

const RELATED_RUNS: Record<Profile, RelatedRun> = {
  ci: { days: 8, subscribers: 18 },
  nightly: { days: 25, subscribers: 60 },
}

const relatedOnce: BatteryCase = {
  name: 'related-once',
  fault: 'related papers that match by votes a day later and are listed twice, while emails are refused',
  invariant:
    'each paper is offered once to each subscriber, as related or as a match; an email has all matches and up to three related papers',
  run: async (profile) => {
    const run = RELATED_RUNS[profile]
    const seen = await runRelatedPapers(run)
    const { twice, never, onlyRelated, refused } = seen
    return {
      ok: twice + never === 0 && onlyRelated > run.days && refused > run.days,
      n: howManyRelated(run, seen),
      result: relatedInWords(seen),
    }
  },
}

const relatedOnceWrong: BatteryCase = {
  name: 'related-once-wrong-forgets-related',
  fault:
    'related papers that match by votes a day later, with a planner that does not count related papers as offered',
  invariant: 'must be caught: papers are offered twice',
  run: async () => {
    const run = { days: 5, subscribers: 9 }
    const part = inPlaceOf('src/digests/earlier-digest.repo.ts', 'forgets-related')
    const seen = await runRelatedPapers(run, part)
    const caught = seen.twice > 0
    const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${relatedInWords(seen)}`
    return { ok: caught, n: howManyRelated(run, seen), result }
  },
}

const howManyRelated = ({ days, subscribers }: RelatedRun, { emails }: RelatedPapersSeen): string =>
  `${subscribers} subscribers, ${days} days, ${emails} emails`

const relatedInWords = ({ twice, never, leftOut, onlyRelated, refused }: RelatedPapersSeen): string =>
  `offered twice ${twice}, never ${never}, beyond three related ${leftOut}; ${onlyRelated} emails without a match, ${refused} refused`

const ONLY_FEED_RUNS: Record<Profile, OnlyFeedRun> = {
  ci: { days: 3, subscribers: 8 },
  nightly: { days: 20, subscribers: 60 },
}

const onlyFeed: BatteryCase = {
  name: 'only-feed',
  fault:
    'kill -9 of a planner each day while half of the subscribers read digests only in a feed, then their addresses are replaced',
  invariant:
    'they get no email and every paper once in the feed; the day totals balance; a replaced address opens nothing',
  run: async (profile) => {
    const run = ONLY_FEED_RUNS[profile]
    const seen = await runOnlyFeed(run)
    const { unwanted, never, twice, balanced, replaced, killed } = seen
    const isClosed = replaced.every((status) => status === 410)
    return {
      ok: unwanted + never + twice === 0 && balanced && isClosed && killed === run.days,
      n: howManyFeeds(run, seen),
      result: feedsInWords(seen),
    }
  },
}

/** Wrong parts by which such a reader gets an email, a paper again, or a stranger the feed. */
const WRONG_FEEDS: Record<string, { what: string; part: WrongPart; sees(seen: OnlyFeedSeen): boolean }> = {
  'emails-feed-readers': {
    what: 'that emails them all the same',
    part: {
      real: 'src/features/kept/private-address.repo.ts',
      wrong: 'test/battery/features/kept/emails-feed-readers.ts',
    },
    sees: ({ unwanted }) => unwanted > 0,
  },
  'forgets-elsewhere': {
    what: 'that does not count what they read in the feed as offered',
    part: inPlaceOf('src/digests/earlier-digest.repo.ts', 'forgets-elsewhere'),
    sees: ({ twice }) => twice > 0,
  },
  'opens-replaced-addresses': {
    what: 'and a site that opens replaced addresses',
    part: {
      real: 'src/features/kept/private-addresses.ts',
      wrong: 'test/battery/features/kept/opens-replaced-addresses.ts',
    },
    sees: ({ replaced }) => replaced.includes(200),
  },
}

const onlyFeedWrong = Object.entries(WRONG_FEEDS).map(
  ([name, { what, part, sees }]): BatteryCase => ({
    name: `only-feed-wrong-${name}`,
    fault: `readers with only the feed, with a planner ${what}`,
    invariant: 'must be caught: an email to them, a paper twice, or an open address',
    run: async () => {
      const run = { days: 2, subscribers: 6 }
      const seen = await runOnlyFeed(run, part)
      const caught = sees(seen)
      const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${feedsInWords(seen)}`
      return { ok: caught, n: howManyFeeds(run, seen), result }
    },
  }),
)

const howManyFeeds = ({ days, subscribers }: OnlyFeedRun, { killed, emails }: OnlyFeedSeen): string =>
  `${subscribers} subscribers, ${days} days, ${killed} kills, ${emails} emails to the others`

const feedsInWords = ({ unwanted, never, twice, balanced, replaced }: OnlyFeedSeen): string =>
  `unwanted emails ${unwanted}, papers never ${never}, twice ${twice}; totals ${balanced ? 'balance' : 'do NOT balance'}; replaced addresses: ${replaced.filter((status) => status === 410).length} of ${replaced.length} gone`

/** Who gets a digest, and which papers. */
export const digestsCases: BatteryCase[] = [
  planned,
  ...wrongCases,
  offered,
  ...wrongOffers,
  relatedOnce,
  relatedOnceWrong,
  onlyFeed,
  ...onlyFeedWrong,
  ...readerCases,
]
