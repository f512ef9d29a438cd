import { listed } from '../../../src/i18n/words.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { importCases } from './import-unsubscribed.ts'
import { revokedTokensVerdict, revokeTokens } from './revoked-tokens.ts'
import { pressUnknownLinks, unknownLinksVerdict } from './unknown-links.ts'
import { type LeavingRun, maxInProgress, type Outcome, runLeaving } from './unsubscribing.ts'

const WHOLE = { workers: 2, imports: true, delayMs: 80, timeoutSeconds: 15 }
const WHOLE_RUNS: Record<Profile, LeavingRun> = {
  ci: { ...WHOLE, digests: 1900, goodbyes: 100, pending: 30, suppressed: 40, events: 500 },
  nightly: { ...WHOLE, digests: 48_000, goodbyes: 2000, pending: 300, suppressed: 400, events: 20_000 },
}
/** The server takes almost as long as the SMTP time-out. */
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
  fault: `${listed(['unsubscribes', 'erasures', 'suppressions', ...(runs.ci.imports ? ['an import'] : [])])} while digests are sent, ${server}`,
  invariant: `no email to a subscriber who left before their message was taken; at most ${maxInProgress(runs.ci)} late at once, each within one SMTP time-out; states as recorded`,
  run: async (profile) => {
    const run = runs[profile]
    const outcome = await runLeaving(run)
    const { mailedAfter, mailedPending, mailedSuppressed, misrecorded, doubled, reactivated } = outcome
    const { lateAtOnce, latestMs, left, stopped } = outcome
    const wrong = mailedAfter + mailedPending + mailedSuppressed + misrecorded.length + doubled + reactivated
    const isEnough = stopped > left / 10
    const isInTime = lateAtOnce <= maxInProgress(run) && latestMs <= run.timeoutSeconds * 1000
    return {
      ok: wrong === 0 && isInTime && left === run.events && isEnough,
      n: howMany(run, outcome),
      result: `${inWords(outcome)} (≤ ${run.timeoutSeconds * 1000})${isEnough ? '' : '; too few left in time to be a test'}`,
    }
  },
})

const unsubscribe = leavingCase(
  { name: 'unsubscribe-while-sending', server: 'an SMTP server that takes 80 ms' },
  WHOLE_RUNS,
)
const slowServer = leavingCase(
  { name: 'unsubscribe-slow-mail-server', server: 'an SMTP time-out of 5 s, a server that takes 3.5 s' },
  SLOW,
)

interface Wrong {
  part: WrongPart
  /** What is wrong, after "a worker that". */
  what: string
  sees: 'mailedAfter' | 'mailedPending' | 'mailedSuppressed'
}

const takenBy = (name: string): WrongPart => ({
  real: 'src/mail/outbox/message.repo.ts',
  wrong: `test/battery/account/wrong-parts/${name}.ts`,
})

/** Wrong ways to take messages, and the count that must show it. */
const WRONG: Record<string, Wrong> = {
  'checks-once-per-batch': {
    part: takenBy('checks-once-per-batch'),
    what: 'checks subscribers once per batch',
    sees: 'mailedAfter',
  },
  'ignores-suppression': {
    part: takenBy('ignores-suppression'),
    what: 'ignores suppressions',
    sees: 'mailedSuppressed',
  },
  'emails-unconfirmed': {
    part: takenBy('emails-unconfirmed'),
    what: 'sends to unconfirmed subscribers',
    sees: 'mailedPending',
  },
}

/** Passes if the counts show that the variant is wrong. */
const wrongCases = Object.entries(WRONG).map(
  ([name, { part, what, sees }]): BatteryCase => ({
    name: `unsubscribe-while-sending-wrong-${name}`,
    fault: `unsubscribes, erasures and suppressions while digests are sent, with a worker that ${what}`,
    invariant: 'must be caught: emails to subscribers who must get none',
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
  `${digests + goodbyes} emails, ${left} departures, ${suppressions} suppressed addresses`

function inWords(outcome: Outcome): string {
  const { mailedAfter, mailedPending, mailedSuppressed, misrecorded, doubled, reactivated } = outcome
  const { late, lateAtOnce, latestMs, stopped } = outcome
  const books = misrecorded.length > 0 ? ` (${[...new Set(misrecorded)].slice(0, 4).join('; ')})` : ''
  return [
    `emails after a departure ${mailedAfter}, to unconfirmed ${mailedPending}, to suppressed ${mailedSuppressed}`,
    `suppressions lifted ${reactivated}, duplicates ${doubled}, misrecorded ${misrecorded.length}${books}`,
    `${stopped} emails not sent; ${late} were in progress, ${lateAtOnce} of them at once, the latest ${latestMs} ms after the departure`,
  ].join('; ')
}

const unknownLinks: BatteryCase = {
  name: 'unknown-unsubscribe-links',
  fault: 'two processes with different secrets; half of the one-click links were signed by the other one',
  invariant: '200 only for subscribers who are then unsubscribed, 404 for the others',
  run: async () => unknownLinksVerdict(await pressUnknownLinks()),
}

const wrongUnknownLinks: BatteryCase = {
  name: 'unknown-unsubscribe-links-wrong-acknowledges-all',
  fault: 'two processes with different secrets, which acknowledge links that they cannot verify',
  invariant: 'must be caught: acknowledged, and still subscribed',
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

const revokedTokens: BatteryCase = {
  name: 'revoked-agent-tokens',
  fault: 'two processes; tokens of agents are revoked at one of them while the agents ask both',
  invariant: '401 from both for each request that begins after the reply to the revocation',
  run: async () => revokedTokensVerdict(await revokeTokens()),
}

const wrongRevokedTokens: BatteryCase = {
  name: 'revoked-agent-tokens-wrong-remembers-tokens',
  fault: 'two processes that keep the tokens which they have read; tokens are revoked at one of them',
  invariant: 'must be caught: answered after the revocation',
  run: async () => {
    const outcome = await revokeTokens({
      real: 'src/features/mcp/agent-token.repo.ts',
      wrong: 'test/battery/features/mcp/remembers-tokens.ts',
    })
    const { n, result } = revokedTokensVerdict(outcome)
    const caught = outcome.after > 0
    return { ok: caught, n, result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${result}` }
  },
}

/** What subscribers do while emails are sent, and imports of people who left elsewhere. */
export const accountCases: BatteryCase[] = [
  unsubscribe,
  slowServer,
  ...wrongCases,
  ...importCases,
  unknownLinks,
  wrongUnknownLinks,
  revokedTokens,
  wrongRevokedTokens,
]
