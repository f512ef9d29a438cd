import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import {
  type Bench,
  type BenchOptions,
  compare,
  exitOf,
  firstLine,
  withBench,
} from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'

interface Bucket {
  capacity: number
  perSecond: number
}

/** The maximum share, at any time, of the permits until then that was used; more than 1 is too much. */
function fullest(times: number[], { capacity, perSecond }: Bucket): number {
  const shares = times.map((at, i) => (i + 1) / (capacity + (perSecond * (at - times[0]!)) / 1000))
  return Math.max(0, ...shares)
}

const spanOf = (times: number[]): number => (times.at(-1)! - times[0]!) / 1000

const withMails = <T>(
  { addresses, ...options }: Partial<BenchOptions> & { addresses: string[] },
  work: (bench: Bench) => Promise<T>,
): Promise<T> =>
  withBench({ emails: 0, connections: 4, settings: COMPOSING, ...options }, async (bench) => {
    await addBulkMails(bench.db, addresses)
    return work(bench)
  })

const RATE = 60
const DOMAIN_RATE = 3
/** The permit of the first email is taken before it arrives. */
const MARGIN = 1.1
/** One permit remains for lane transactional. */
const ALL: Bucket = { capacity: RATE + 1, perSecond: RATE }
const bucketOf = (domainRate: number): Bucket => ({ capacity: 5 * domainRate, perSecond: domainRate })

const EMAILS: Record<Profile, number> = { ci: 300, nightly: 3000 }

interface RateRun {
  /** Shares of the permits. */
  all: number
  big: number
  /** The time that the run took, as a share of what the rates require. */
  time: number
  lost: number
  doubles: number
}

interface RateOptions {
  emails: number
  /** How many of ten emails go to the domain. */
  bigOfTen: number
  domainRate: number
}

/** Two workers at once. */
function runWithRates({ emails, bigOfTen, domainRate }: RateOptions, part?: WrongPart): Promise<RateRun> {
  const settings = { ...COMPOSING, DOMAIN_RATE: `big.example=${domainRate}` }
  const options = { addresses: mixedAddresses(emails, bigOfTen), query: `rate=${RATE}`, settings }
  const bigBucket = bucketOf(domainRate)
  return withMails(options, async (bench) => {
    const begin = () => bench.begin(programWith(part, 'test/battery/bench/worker.ts'), bench.settings)
    const workers = [begin(), begin()]
    await Promise.all(workers.map(firstLine))
    await Promise.all(workers.map(exitOf))
    const arrived = bench.arrived()
    const times = arrived.map(({ at }) => at)
    const big = arrived.filter(({ to }) => to.endsWith('@big.example')).map(({ at }) => at)
    const seconds = Math.max(emails / RATE, (big.length - bigBucket.capacity) / domainRate)
    const { lost, doubles } = await compare(bench.db, arrived)
    return {
      all: fullest(times, ALL),
      big: fullest(big, bigBucket),
      time: spanOf(times) / seconds,
      lost,
      doubles,
    }
  })
}

const ratesInWords = ({ all, big, time, lost, doubles }: RateRun): string =>
  `used at most ${all.toFixed(2)} of all permits, ${big.toFixed(2)} of the domain’s (≤ ${MARGIN}); took ${time.toFixed(2)} of the time that the rates require; lost ${lost}, duplicates ${doubles}`

const rates: BatteryCase = {
  name: 'send-rates',
  runsAlone: true,
  fault: `rates of ${RATE} emails a second in all and ${DOMAIN_RATE} to one domain, two workers at once`,
  invariant: 'never more emails than permits, no time is wasted, lost 0, duplicates 0',
  run: async (profile) => {
    const options = { emails: EMAILS[profile], bigOfTen: 1, domainRate: DOMAIN_RATE }
    const measured = await runWithRates(options)
    const { all, big, time, lost, doubles } = measured
    return {
      ok: lost + doubles === 0 && all <= MARGIN && big <= MARGIN && time < 1.5,
      n: `${EMAILS[profile]} emails, a tenth to the domain, 2 workers`,
      result: ratesInWords(measured),
    }
  },
}

const wrongRates: BatteryCase = {
  name: 'send-rates-wrong-no-domain-rate',
  runsAlone: true,
  fault: 'rates of all emails and of one domain, and the rate of the domain is ignored',
  invariant: 'must be caught: the domain gets too many emails',
  run: async () => {
    // Half of the emails to a slow domain: even a machine that sends only five a second exceeds the rate.
    const options = { emails: EMAILS.ci, bigOfTen: 5, domainRate: 1 }
    const measured = await runWithRates(options, {
      real: 'src/limits/send-rate.ts',
      wrong: 'test/battery/limits/wrong-parts/no-domain-rate.ts',
    })
    const caught = measured.big > MARGIN
    return {
      ok: caught,
      n: `${EMAILS.ci} emails, half of them to the domain, 2 workers`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${ratesInWords(measured)}`,
    }
  },
}

const SLOWLY = 20

/** Makes deferred emails due now, instead of after the back-off. */
const endBackOff = ({ db }: Bench) => db.$executeRaw`
  with due as (update message set next_try = now() where state = 'deferred' returning batch_id)
  update batch set not_before = now(), done_at = null where id in (select batch_id from due)`

const slowDown: BatteryCase = {
  name: 'domain-limits-rate',
  fault: `a domain replies 421 to more than ${SLOWLY} emails a second`,
  invariant:
    'emails to it are sent more slowly, the others are not; few attempts are refused; lost 0, duplicates 0',
  run: (profile) => {
    const emails = EMAILS[profile]
    const does = '421 4.7.0 too many messages, slow down'
    const rule = { step: 'rcpt' as const, domain: 'big.example', does, beyondPerSecond: SLOWLY }
    return withMails(
      { addresses: mixedAddresses(emails, 5), sink: { rules: [rule], delayMs: 5 } },
      async (bench) => {
        const worker = await bench.startWorker()
        let rounds = 0
        await exitOf(worker)
        const tries = () => bench.db.attempt.count()
        const refused = await tries()
        const slowed = await bench.db.bucket.findMany({ where: { slowedAt: { not: null } } })
        while ((await bench.db.message.count({ where: { state: 'deferred' } })) > 0 && ++rounds < 20) {
          await endBackOff(bench)
          await exitOf(await bench.startWorker())
        }
        const arrived = bench.arrived()
        const { lost, doubles } = await compare(bench.db, arrived)
        const isBig = arrived.map(({ to }) => to.endsWith('@big.example'))
        const waiting = isBig.slice(isBig.lastIndexOf(false)).filter(Boolean).length
        const isSlowed = slowed.length === 1 && slowed[0]!.key === 'send domain big.example'
        return {
          ok: lost + doubles === 0 && isSlowed && refused < emails / 10 && waiting >= emails / 4,
          n: `${emails} emails, half of them to the domain`,
          result: `slowed ${slowed.map(({ key }) => key).join()}; ${refused} attempts refused at first (< ${emails / 10}), ${await tries()} attempts in all; ${waiting} to the domain arrived after all others (≥ ${emails / 4}); lost ${lost}, duplicates ${doubles}`,
        }
      },
    )
  },
}

const rampUp: BatteryCase = {
  name: 'send-ramp-up',
  fault: 'a new sending domain with more subscribers than its first day allows',
  invariant: '1,000 digests on the first day; the others wait, and the day totals show them as open',
  run: () => {
    const emails = 1100
    const settings = { ...COMPOSING, RAMP_UP_SINCE: new Date().toISOString().slice(0, 10) }
    return withMails({ addresses: mixedAddresses(emails, 5), settings, connections: 8 }, async (bench) => {
      await exitOf(await bench.startWorker())
      const came = bench.arrived().length
      const ready = await bench.db.message.count({ where: { state: 'ready' } })
      const { doubles } = await compare(bench.db, bench.arrived())
      return {
        ok: came === 1000 && ready === emails - came && doubles === 0,
        n: `${emails} emails`,
        result: `${came} sent, ${ready} wait, duplicates ${doubles}`,
      }
    })
  },
}

export const sendRateCases: BatteryCase[] = [rates, wrongRates, slowDown, rampUp]
