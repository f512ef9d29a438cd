import { listed } from '../../../src/i18n/words.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { importCases } from './import-unsubscribed.ts'
import { pressUnknownLinks, unknownLinksVerdict } from './unknown-links.ts'
import { type LeavingRun, mostInHand, type Outcome, runLeaving } from './unsubscribing.ts'

const WHOLE = { workers: 2, imports: true, delayMs: 80, timeoutSeconds: 15 }
const WHOLE_RUNS: Record<Profile, LeavingRun> = {
  ci: { ...WHOLE, digests: 1900, goodbyes: 100, pending: 30, suppressed: 40, events: 500 },
  nightly: { ...WHOLE, digests: 48_000, goodbyes: 2000, pending: 300, suppressed: 400, events: 20_000 },
}
/** Almost as slow as is waited for. */
const SLOW_SERVER = { workers: 2, imports: false, delayMs: 3500, timeoutSeconds: 5 }
const SLOW: Record<Profile, LeavingRun> = {
  ci: { ...SLOW_SERVER, digests: 72, goodbyes: 8, pending: 4, suppressed: 8, events: 40 },
  nightly: { ...SLOW_SERVER, digests: 720, goodbyes: 80, pending: 20, suppressed: 20, events: 300 },
}
const SMALL: LeavingRun = {
  ...{ workers: 1, imports: false, delayMs: 80, timeoutSeconds: 15 },
  ...{ digests: 300, goodbyes: 60, pending: 20, suppressed: 30, events: 150 },
}

const leavingCase = (
  { name, server }: { name: string; server: string },
  runs: Record<Profile, LeavingRun>,
): BatteryCase => ({
  name,
  long: true,
  fault: `${listed(['unsubscribes', 'erasures', 'suppressions', ...(runs.ci.imports ? ['an import'] : [])])} in the middle of a run, ${server}`,
  invariant: `answered before it was taken: no mail; late at one instant ≤ ${mostInHand(runs.ci)}, never by more than one SMTP time-out; books right`,
  run: async (profile) => {
    const run = runs[profile]
    const outcome = await runLeaving(run)
    const { mailedAfter, mailedPending, mailedSuppressed, misrecorded, doubled, woken } = outcome
    const { lateAtOnce, latestMs, left, stopped } = outcome
    const wrong = mailedAfter + mailedPending + mailedSuppressed + misrecorded.length + doubled + woken
    const isEnough = stopped > left / 10
    const isInTime = lateAtOnce <= mostInHand(run) && latestMs <= run.timeoutSeconds * 1000
    return {
      ok: wrong === 0 && isInTime && left === run.events && isEnough,
      n: howMany(run, outcome),
      result: `${inWords(outcome)} (≤ ${run.timeoutSeconds * 1000})${isEnough ? '' : '; too few left in time to show anything'}`,
    }
  },
})

const unsubscribe = leavingCase(
  { name: 'unsubscribe-while-sending', server: 'a server that takes 80 ms' },
  WHOLE_RUNS,
)
const slowServer = leavingCase(
  { name: 'unsubscribe-slow-mail-server', server: 'an SMTP time-out of 5 s, a server that takes 3.5 s' },
  SLOW,
)

interface Wrong {
  part: WrongPart
  sees: 'mailedAfter' | 'mailedPending' | 'mailedSuppressed'
}

const takenBy = (name: string): WrongPart => ({
  real: 'src/mail/outbox/message.repo.ts',
  wrong: `test/battery/account/wrong-parts/${name}.ts`,
})

/** Ways to take messages that look right and are not: the battery runs them to show that it would notice. */
const WRONG: Record<string, Wrong> = {
  'checks-once-per-batch': { part: takenBy('checks-once-per-batch'), sees: 'mailedAfter' },
  'ignores-suppression': { part: takenBy('ignores-suppression'), sees: 'mailedSuppressed' },
  'emails-unconfirmed': { part: takenBy('emails-unconfirmed'), sees: 'mailedPending' },
}

/** Green where the battery sees that the variant is wrong. */
const wrongCases = Object.entries(WRONG).map(
  ([name, { part, sees }]): BatteryCase => ({
    name: `unsubscribe-while-sending-wrong-${name}`,
    fault: `the same, wrong on purpose: ${name}`,
    invariant: 'the battery must see whom it mails',
    run: async () => {
      const outcome = await runLeaving(SMALL, part)
      const caught = outcome[sees] > 0
      return {
        ok: caught,
        n: howMany(SMALL, outcome),
        result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(outcome)}`,
      }
    },
  }),
)

const howMany = ({ digests, goodbyes }: LeavingRun, { left, suppressions }: Outcome): string =>
  `${digests + goodbyes} mails, ${left} events, ${suppressions} suppressed addresses`

function inWords(outcome: Outcome): string {
  const { mailedAfter, mailedPending, mailedSuppressed, misrecorded, doubled, woken } = outcome
  const { late, lateAtOnce, latestMs, stopped } = outcome
  const books = misrecorded.length > 0 ? ` (${[...new Set(misrecorded)].slice(0, 4).join('; ')})` : ''
  return [
    `mailed after the answer ${mailedAfter}, unconfirmed ${mailedPending}, suppressed ${mailedSuppressed}`,
    `woken ${woken}, doubled ${doubled}, misrecorded ${misrecorded.length}${books}`,
    `${stopped} mails stopped; ${late} were under way, at one instant ${lateAtOnce}, the latest after ${latestMs} ms`,
  ].join('; ')
}

const unknownLinks: BatteryCase = {
  name: 'unknown-unsubscribe-links',
  fault: 'two processes with different secrets; half of the one-click links were signed by the other one',
  invariant: '200 only for those who are unsubscribed, 404 for the others',
  run: async () => unknownLinksVerdict(await pressUnknownLinks()),
}

/** Green if the battery sees it. */
const wrongUnknownLinks: BatteryCase = {
  name: 'unknown-unsubscribe-links-wrong-acknowledges-all',
  fault: 'the same, wrong on purpose: acknowledges links that it cannot verify',
  invariant: 'the battery must see who was acknowledged and is still subscribed',
  run: async () => {
    const outcome = await pressUnknownLinks({
      real: 'src/account/unsubscribe.ts',
      wrong: 'test/battery/account/wrong-parts/acknowledges-unknown-links.ts',
    })
    const { n, result } = unknownLinksVerdict(outcome)
    const caught = outcome.broken > 0
    return { ok: caught, n, result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${result}` }
  },
}

/** What people do to their subscription while mails go out, and imports of people who left elsewhere. */
export const accountCases: BatteryCase[] = [
  unsubscribe,
  slowServer,
  ...wrongCases,
  ...importCases,
  unknownLinks,
  wrongUnknownLinks,
]
