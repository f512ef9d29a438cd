import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { compare, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'
import { nudgeEach, prepareServices, startServices, until } from './start-services.ts'

const CONNECTIONS = 4
const TICK_MS = 60_000

/** Seconds of a lease: in nightly, the default. */
const LEASE: Record<Profile, { seconds: number; emails: number; within: number }> = {
  ci: { seconds: 5, emails: 360, within: 20 },
  nightly: { seconds: 45, emails: 3000, within: 60 },
}

export const takeover: BatteryCase = {
  name: 'services-takeover',
  fault: 'kill -9 of one of three services while emails are sent',
  invariant: 'the others do its work within a minute; lost 0, duplicates ≤ its connections',
  run: (profile) => {
    const { seconds, emails, within } = LEASE[profile]
    const settings = {
      ...COMPOSING,
      LEASE_SECONDS: String(seconds),
      LEASE_RENEW_SECONDS: String(Math.ceil(seconds / 5)),
    }
    const options = { emails: 0, connections: CONNECTIONS, sink: { delayMs: 100 }, settings }
    return withBench(options, async (bench) => {
      await prepareServices(bench)
      const services = await startServices(bench, 3)
      await addBulkMails(bench.db, mixedAddresses(emails, 5))
      const nudges = await nudgeEach(bench, TICK_MS)
      await until(() => bench.arrived().length >= emails / 3, 60_000)
      services[1]!.kill('SIGKILL')
      const killedAt = performance.now()
      await exitOf(services[1]!)
      const isDone = async () => (await bench.db.batch.count({ where: { doneAt: null } })) === 0
      await until(isDone, (within + 60) * 1000)
      const took = (performance.now() - killedAt) / 1000
      await nudges.stop()
      const arrivals = await compare(bench.db, bench.arrived())
      return {
        ok: arrivals.lost + arrivals.misrecorded === 0 && arrivals.doubles <= CONNECTIONS && took <= within,
        n: `${emails} emails, lease ${seconds} s`,
        result: `all done ${took.toFixed(1)} s after the kill (≤ ${within}); ${inWords(arrivals)} (≤ ${CONNECTIONS})`,
      }
    })
  },
}

const CHANGES: Record<Profile, number> = { ci: 4, nightly: 20 }
const MAILS_A_CHANGE = 130

export const rolling: BatteryCase = {
  name: 'rolling-restart',
  fault: 'a rolling upgrade while emails are sent: a new service starts, an old one gets SIGTERM',
  invariant: 'exit 0 each; lost 0, duplicates 0',
  run: (profile) => {
    const emails = CHANGES[profile] * MAILS_A_CHANGE
    const options = { emails: 0, connections: CONNECTIONS, sink: { delayMs: 60 }, settings: COMPOSING }
    return withBench(options, async (bench) => {
      await prepareServices(bench)
      const services = await startServices(bench, 2)
      await addBulkMails(bench.db, mixedAddresses(emails, 5))
      const nudges = await nudgeEach(bench, 1000)
      const exits: (number | null)[] = []
      for (let change = 0; change < CHANGES[profile]; change++) {
        services.push(...(await startServices(bench, 1)))
        await sleep(300)
        const old = services.shift()!
        old.kill('SIGTERM')
        exits.push(await exitOf(old))
      }
      const atLastChange = bench.arrived().length
      await until(() => bench.arrived().length >= emails, 60_000)
      await until(async () => (await bench.db.batch.count({ where: { doneAt: null } })) === 0, 10_000)
      await nudges.stop()
      const arrivals = await compare(bench.db, bench.arrived())
      const { lost, doubles, misrecorded } = arrivals
      return {
        ok: exits.every((code) => code === 0) && lost + doubles + misrecorded === 0 && atLastChange > 0,
        n: `${emails} emails, ${exits.length} changes, ${atLastChange} emails sent by the last of them`,
        result: `exits ${[...new Set(exits)].join('/')}, ${inWords(arrivals)}`,
      }
    })
  },
}
