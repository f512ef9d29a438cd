import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-mails.ts'
import { type Bench, type BenchOptions, compare, exitOf, withBench } from '../bench/delivery-bench.ts'

/** The most that came within any second. */
function mostInASecond(times: number[]): number {
  let from = 0
  let most = 0
  for (let to = 0; to < times.length; to++) {
    while (times[to]! - times[from]! >= 1000) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

const spanOf = (times: number[]): number => (times.at(-1)! - times[0]!) / 1000

const withMails = <T>(
  { addresses, ...options }: Partial<BenchOptions> & { addresses: string[] },
  work: (bench: Bench) => Promise<T>,
): Promise<T> =>
  withBench({ mails: 0, connections: 4, settings: COMPOSING, ...options }, async (bench) => {
    await addBulkMails(bench.db, addresses)
    return work(bench)
  })

const RATE = 60
const DOMAIN_RATE = 15

const MAILS: Record<Profile, number> = { ci: 300, nightly: 3000 }

const rates: BatteryCase = {
  name: 'manners-rates',
  alone: true,
  fault: `${RATE} mails a second in all, ${DOMAIN_RATE} to one domain, two workers at once`,
  invariant: 'never more in a second than the buckets hold, nothing idles, lost 0, doubled 0',
  run: (profile) => {
    const addresses = mixedAddresses(MAILS[profile], 3)
    const settings = { ...COMPOSING, DOMAIN_RATE: `big.example=${DOMAIN_RATE}` }
    return withMails({ addresses, query: `rate=${RATE}`, settings }, async (bench) => {
      const workers = [await bench.startWorker(), await bench.startWorker()]
      await Promise.all(workers.map(exitOf))
      const arrived = bench.arrived()
      const { lost, doubles } = await compare(bench.db, arrived)
      const times = arrived.map(({ at }) => at)
      const big = arrived.filter(({ to }) => to.endsWith('@big.example')).map(({ at }) => at)
      const [inAll, toBig] = [mostInASecond(times), mostInASecond(big)]
      // A full bucket and a second's refill, a tenth for what arrives late; five seconds' worth gather for a domain.
      const most = { all: 2.2 * RATE, big: 6.6 * DOMAIN_RATE }
      const idle = spanOf(times) / (times.length / RATE)
      return {
        ok: lost + doubles === 0 && inAll <= most.all && toBig <= most.big && idle < 1.5,
        n: `${MAILS[profile]} mails, 2 workers`,
        result: `at most ${inAll} in a second in all (≤ ${most.all}), ${toBig} to the domain (≤ ${most.big}); ${idle.toFixed(2)} of the time that the rate allows; lost ${lost}, doubled ${doubles}`,
      }
    })
  },
}

const SLOWLY = 20

/** Moves what was deferred to now, so that nobody waits for the back-off. */
const endBackOff = ({ db }: Bench) => db.$executeRaw`
  with due as (update message set next_try = now() where state = 'deferred' returning chunk_id)
  update chunk set not_before = now(), done_at = null where id in (select chunk_id from due)`

const slowDown: BatteryCase = {
  name: 'manners-slow-down',
  fault: `a domain answers 421 beyond ${SLOWLY} mails a second`,
  invariant: 'it is mailed to more slowly, the rest is not; few tries are refused; lost 0, doubled 0',
  run: (profile) => {
    const mails = MAILS[profile]
    const does = '421 4.7.0 too many messages, slow down'
    const rule = { step: 'rcpt' as const, domain: 'big.example', does, beyondPerSecond: SLOWLY }
    return withMails(
      { addresses: mixedAddresses(mails, 5), sink: { rules: [rule], delayMs: 5 } },
      async (bench) => {
        const worker = await bench.startWorker()
        let rounds = 0
        await exitOf(worker)
        const tries = () => bench.db.attempt.count()
        const refused = await tries()
        const paces = await bench.db.pace.findMany({ where: { slowedAt: { not: null } } })
        while ((await bench.db.message.count({ where: { state: 'deferred' } })) > 0 && ++rounds < 20) {
          await endBackOff(bench)
          await exitOf(await bench.startWorker())
        }
        const arrived = bench.arrived()
        const { lost, doubles } = await compare(bench.db, arrived)
        const small = arrived.filter(({ to }) => !to.endsWith('@big.example'))
        const smallShare = spanOf(small.map(({ at }) => at)) / spanOf(arrived.map(({ at }) => at))
        const isSlowed = paces.length === 1 && paces[0]!.key === 'domain big.example'
        return {
          ok: lost + doubles === 0 && isSlowed && refused < mails / 10 && smallShare < 0.5,
          n: `${mails} mails, half of them to the domain`,
          result: `slowed ${paces.map(({ key }) => key).join()}; ${refused} tries refused at first (< ${mails / 10}), ${await tries()} in all; the rest took ${Math.round(smallShare * 100)} % of the time; lost ${lost}, doubled ${doubles}`,
        }
      },
    )
  },
}

const rampUp: BatteryCase = {
  name: 'manners-ramp-up',
  fault: 'a new sending domain with more subscribers than its first day allows',
  invariant: '1,000 digests on the first day, the others wait; what waits is in the books as open',
  run: () => {
    const mails = 1100
    const settings = { ...COMPOSING, RAMP_UP_SINCE: new Date().toISOString().slice(0, 10) }
    return withMails({ addresses: mixedAddresses(mails, 5), settings, connections: 8 }, async (bench) => {
      await exitOf(await bench.startWorker())
      const came = bench.arrived().length
      const ready = await bench.db.message.count({ where: { state: 'ready' } })
      const { doubles } = await compare(bench.db, bench.arrived())
      // A thousand a day is one more each 86 seconds.
      return {
        ok: came >= 1000 && came <= 1003 && ready === mails - came && doubles === 0,
        n: `${mails} mails`,
        result: `${came} went out, ${ready} wait, doubled ${doubles}`,
      }
    })
  },
}

export const paceCases: BatteryCase[] = [rates, slowDown, rampUp]
