import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { fuzzCases } from './fuzzed-digests.ts'
import { inboundCases } from './fuzzed-reports.ts'
import { POISONS } from './poison.ts'
import { type Poisoned, type PoisonPlan, runPoisoned } from './poisoned-run.ts'

const PLANS: Record<Profile, PoisonPlan> = {
  ci: { others: 400, poisons: 20, megabytes: 10 },
  nightly: { others: 1000, poisons: 500, megabytes: 10 },
}
const SMALL: PoisonPlan = { others: 300, poisons: 20, megabytes: 0.1 }
/** A planner or a worker of a thousand subscribers takes 300 to 550. */
const MAX_MEGABYTES = 700

const poison: BatteryCase = {
  name: 'poisoned-data',
  fault: 'subscribers, papers and messages with content that cannot be read, rendered or sent',
  invariant: 'everyone else gets their email; the others end with a reason; memory < 700 MB; HTML < 95 kB',
  run: async (profile) => {
    const seen = await runPoisoned(PLANS[profile])
    const { notSent, wrongEnds, letIn, mailFaults, balanced, workerCode } = seen
    const isSmall = Math.max(seen.workerMegabytes, seen.plannerMegabytes) < MAX_MEGABYTES
    const wrong = notSent + wrongEnds.length + letIn + mailFaults.length
    return {
      ok: wrong === 0 && balanced && workerCode === 0 && isSmall,
      n: howMany(seen),
      result: inWords(seen),
    }
  },
}

/** Wrong parts of the planner and the worker. */
const WRONG: Record<string, { what: string; plan?: WrongPart; deliver?: WrongPart }> = {
  'failed-email-ends-the-run': {
    what: 'an email that cannot be composed ends the run',
    deliver: {
      real: 'src/mail/sending/recorder.ts',
      wrong: 'test/battery/content/wrong-parts/failed-email-ends-the-run.ts',
    },
  },
  'one-subscriber-ends-the-plan': {
    what: 'one subscriber without a digest ends the plan',
    plan: {
      real: 'src/core/database/database.ts',
      wrong: 'test/battery/content/wrong-parts/one-subscriber-ends-the-plan.ts',
    },
  },
}

/** Passes if other subscribers get no email. */
const wrongCases = Object.entries(WRONG).map(
  ([name, { what, ...parts }]): BatteryCase => ({
    name: `poisoned-data-wrong-${name}`,
    fault: `unreadable content, and ${what}`,
    invariant: 'must be caught: other subscribers get no email',
    run: async () => {
      const seen = await runPoisoned(SMALL, parts)
      const caught = seen.notSent > 0
      return { ok: caught, n: howMany(seen), result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}` }
    },
  }),
)

const howMany = ({ others, poisons, megabytes }: PoisonPlan): string =>
  `${poisons} of ${others + poisons} subscribers in ${Object.keys(POISONS).length} kinds, abstracts of ${megabytes} MB`

function inWords(seen: Poisoned): string {
  const { notSent, wrongEnds, letIn, mailFaults, balanced, totals, largestHtml } = seen
  const { accepted, refused, missed } = totals
  const firstOf = (all: string[]) => (all.length > 0 ? ` (${[...new Set(all)].slice(0, 3).join('; ')})` : '')
  return [
    `others without an email ${notSent}, wrong ends ${wrongEnds.length}${firstOf(wrongEnds)}, bad sign-ups accepted ${letIn}`,
    `${accepted} accepted, ${refused} refused, ${missed} missed, day totals ${balanced ? 'balance' : 'do NOT balance'}`,
    `faults in emails ${mailFaults.length}${firstOf(mailFaults)}, largest HTML part ${largestHtml} bytes`,
    `worker ended with ${seen.workerCode}, ${memory(seen.workerMegabytes)}; planner ${memory(seen.plannerMegabytes)}`,
  ].join('; ')
}

const memory = (most: number): string => (Number.isFinite(most) ? `${most} MB` : 'failed')

/** Hostile and broken content, of sign-ups, papers and bounces. */
export const contentCases: BatteryCase[] = [poison, ...wrongCases, ...fuzzCases, ...inboundCases]
