import { activeSendRates } from '../../../src/limits/send-rate.repo.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { withClockedWorker, wrongCase } from './clocked.ts'
import { addBatches, counted, messageResults, nothingLost } from './messages.ts'

const CONNECTIONS = 8
const GREYLISTED = '450 4.7.1 Greylisted, please try again later'
const GREY_AT = 60
const AFTER_AT = 70
/** After the greylist an email takes no longer than before it, with some margin for a busy machine. */
const MAX_TIMES_SLOWER = 3
const GRACE_MS = 2000

interface Seen {
  faults: string[]
  /** Milliseconds for the same number of emails before the greylist, on the second try, and after it. */
  took: { before: number; grey: number; after: number }
}

/** The number of greylisted emails; as many others come before and after. */
function meet(each: number, part?: WrongPart): Promise<Seen> {
  const rules = [{ step: 'rcpt' as const, does: GREYLISTED, to: 'grey.', firstOfEach: 1 }]
  return withBench({ emails: 0, connections: CONNECTIONS, sink: { rules } }, async (bench) => {
    const { db, arrived } = bench
    await addBatches(db, [
      { label: 'before', count: each },
      { label: 'grey', count: each, from: GREY_AT },
      { label: 'after', count: each, from: AFTER_AT },
    ])
    const faults: string[] = []
    return withClockedWorker(bench, part, async (worker) => {
      const run = async (minutes: number, accepted: number, deferred = 0): Promise<number> => {
        const begun = performance.now()
        const report = await worker.deliverAt(minutes)
        if (report.accepted !== accepted || report.deferred !== deferred || report.stopped)
          faults.push(
            `${report.accepted} accepted, ${report.deferred} deferred, ${report.stopped} at ${minutes}`,
          )
        return Math.round(performance.now() - begun)
      }
      const before = await run(0, each)
      await run(GREY_AT, 0, each)
      await run(GREY_AT + 0.9, 0)
      const grey = await run(GREY_AT + 1, each)
      const slowed = await activeSendRates(db)
      const after = await run(AFTER_AT, each)
      faults.push(...slowed.map(({ key }) => `slowed down: ${key}`))
      const results = await messageResults(db, arrived())
      faults.push(...nothingLost(results))
      for (const { label, attempts, kept } of results)
        if (kept !== 1 || attempts !== (label === 'grey' ? 2 : 1))
          faults.push(`${label} arrived ${kept} times after ${attempts} tries`)
      for (const [when, ms] of Object.entries({ grey, after }))
        if (ms > MAX_TIMES_SLOWER * before + GRACE_MS) faults.push(`${when}: slower than before`)
      return { faults, took: { before, grey, after } }
    })
  })
}

const inWords = ({ took: { before, grey, after } }: Seen): string =>
  `first ${before} ms, second try ${grey} ms, after it ${after} ms`

const EACH: Record<Profile, number> = { ci: 200, nightly: 5000 }

export const greylisting: BatteryCase = {
  name: 'greylisting',
  fault: '450 to the first RCPT of each recipient (greylisting)',
  invariant:
    'each is delivered once, on the second try, a minute later; the run continues, no slower than before',
  run: async (profile) => {
    const seen = await meet(EACH[profile])
    return {
      ok: seen.faults.length === 0,
      n: `${EACH[profile]} greylisted emails, twice as many others`,
      result: `${inWords(seen)}, wrong ${seen.faults.length}${counted(seen.faults)}`,
    }
  },
}

const FEW = 40

const WRONGLY = [
  {
    row: 'greylisting',
    part: '4xx-is-final',
    fault: 'greylisting, with 4xx codes read as final',
    harm: 'emails are refused instead of deferred',
    sees: RegExp(`^0 accepted, 0 deferred, refused-alike at ${GREY_AT}$`),
  },
  {
    row: 'greylisting',
    part: 'slows-down',
    fault: 'greylisting, with every 4xx read as a request to slow down',
    harm: 'sending to the domain slows down',
    sees: /^slowed down: send domain /,
  },
] as const

export const greylistingWrong = WRONGLY.map((wrong) =>
  wrongCase(wrong, async (part) => ({
    n: `${FEW} greylisted emails`,
    faults: (await meet(FEW, part)).faults,
  })),
)
