import type { WRONG_PLANNERS } from '../../support/wrong-planners.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type Offered, type OfferingRun, runOffering } from './offered.ts'
import { type Planned, type PlanningRun, runPlanning } from './planned.ts'
import { type ClosePapersSeen, type CloseRun, runClosePapers } from './related-once.ts'

const RUNS: Record<Profile, PlanningRun> = {
  // A planner fills a thousand at a time.
  ci: { subscribers: 6000, kills: 2 },
  nightly: { subscribers: 30_000, kills: 20 },
}

const planned: BatteryCase = {
  name: 'kill-planner',
  fault: 'kill -9 of a planner in the middle of a date',
  invariant: 'everybody who is due has one outcome, the right one; the books balance',
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

/** Planners that lose people, where one of them is killed and where none is: the battery sees it in the books. */
const WRONG: Record<keyof typeof WRONG_PLANNERS, PlanningRun> = {
  'pages-by-offset': { subscribers: 1000, kills: 0 },
  'done-before-filled': { subscribers: 2000, kills: 1 },
  'drops-the-rest': { subscribers: 1000, kills: 0 },
}

const wrongCases = Object.entries(WRONG).map(
  ([wrong, run]): BatteryCase => ({
    name: `kill-planner-wrong-${wrong}`,
    fault: `the same, wrong on purpose: ${wrong}`,
    invariant: 'the books must show it',
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

function inWords({ wrongOutcomes, twice, books, balanced }: Planned): string {
  const { due, planned, nothingMatched, paused, missed } = books
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
  fault: 'late papers, listed twice, while mails are refused or not answered',
  invariant: 'each paper once to each subscriber whose topics match it',
  run: async (profile) => {
    const run = OFFERINGS[profile]
    const seen = await runOffering(run)
    const { twice, never, foreign, refused, unanswered } = seen
    const enough = refused > run.days && unanswered > run.days
    return {
      ok: twice + never + foreign === 0 && enough,
      n: howManyOffers(run, seen),
      result: offersInWords(seen),
    }
  },
}

const inPlaceOf = (real: string, name: string): WrongPart => ({
  real,
  wrong: `test/battery/digests/wrong-parts/${name}.ts`,
})

/** Rules that offer twice, or never: the battery sees it in what arrived. */
const WRONG_OFFERS: Record<string, { real: string; sees: 'twice' | 'never' }> = {
  'offers-two-weeks': { real: 'src/digests/eligible-range.ts', sees: 'twice' },
  'counts-only-accepted': { real: 'src/digests/earlier-digest.repo.ts', sees: 'twice' },
  'continues-after-last-digest': { real: 'src/digests/earlier-digest.repo.ts', sees: 'never' },
}

const wrongOffers = Object.entries(WRONG_OFFERS).map(
  ([name, { real, sees }]): BatteryCase => ({
    name: `offers-once-wrong-${name}`,
    fault: `the same, wrong on purpose: ${name}`,
    invariant: `the battery must see papers offered ${sees}`,
    run: async () => {
      const run = { days: 6, subscribers: 18 }
      const seen = await runOffering(run, inPlaceOf(real, name))
      const caught = seen[sees] > 0
      const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${offersInWords(seen)}`
      return { ok: caught, n: howManyOffers(run, seen), result }
    },
  }),
)

const howManyOffers = ({ days, subscribers }: OfferingRun, { pairs, mails }: Offered): string =>
  `${subscribers} subscribers, ${days} days, ${pairs} pairs, ${mails} mails`

const offersInWords = ({ twice, never, foreign, refused, unanswered }: Offered): string =>
  `offered twice ${twice}, never ${never}, to others ${foreign}; ${refused} mails refused, ${unanswered} without an answer`

const CLOSE_RUNS: Record<Profile, CloseRun> = {
  ci: { days: 8, subscribers: 18 },
  nightly: { days: 25, subscribers: 60 },
}

const closeOnce: BatteryCase = {
  name: 'related-once',
  fault: 'papers that come close match by votes a day later, and are listed twice, while emails are refused',
  invariant: 'each paper once to each subscriber, as close or as a match',
  run: async (profile) => {
    const run = CLOSE_RUNS[profile]
    const seen = await runClosePapers(run)
    const { twice, never, onlyClose, refused } = seen
    return {
      ok: twice + never === 0 && onlyClose > run.days && refused > run.days,
      n: howManyClose(run, seen),
      result: closeInWords(seen),
    }
  },
}

const closeOnceWrong: BatteryCase = {
  name: 'related-once-wrong-forgets-related',
  fault: 'the same, wrong on purpose: papers that only came close do not count as offered',
  invariant: 'the battery must see papers offered twice',
  run: async () => {
    const run = { days: 5, subscribers: 9 }
    const part = inPlaceOf('src/digests/earlier-digest.repo.ts', 'forgets-related')
    const seen = await runClosePapers(run, part)
    const caught = seen.twice > 0
    const result = `${caught ? 'caught' : 'NOT CAUGHT'}: ${closeInWords(seen)}`
    return { ok: caught, n: howManyClose(run, seen), result }
  },
}

const howManyClose = ({ days, subscribers }: CloseRun, { emails }: ClosePapersSeen): string =>
  `${subscribers} subscribers, ${days} days, ${emails} emails`

const closeInWords = ({ twice, never, onlyClose, refused }: ClosePapersSeen): string =>
  `offered twice ${twice}, never ${never}; ${onlyClose} emails without a match, ${refused} refused`

/** Who gets a digest, and which papers. */
export const digestsCases: BatteryCase[] = [
  planned,
  ...wrongCases,
  offered,
  ...wrongOffers,
  closeOnce,
  closeOnceWrong,
]
