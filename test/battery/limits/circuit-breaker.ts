import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../src/core/database/database.ts'
import { readSwitch } from '../../../src/core/switch.repo.ts'
import { activeSendRates } from '../../../src/limits/send-rate.repo.ts'
import { resumeDelivery } from '../../../src/operator/delivery-switch.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import type { SinkRule } from '../../support/smtp-sink.ts'
import type { BatteryCase } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Bench, compare, exitOf, withBench } from '../bench/delivery-bench.ts'
import { withWorld } from '../bench/world.ts'

const CONNECTIONS = 4
const EMAILS = 600

const run = <T>(rules: SinkRule[], bigOfTen: number, work: (bench: Bench) => Promise<T>): Promise<T> =>
  withBench({ emails: 0, connections: CONNECTIONS, sink: { rules }, settings: COMPOSING }, async (bench) => {
    await addBulkMails(bench.db, mixedAddresses(EMAILS, bigOfTen))
    await exitOf(await bench.startWorker())
    return work(bench)
  })

/** Ten refusals pause the domain; each connection may have one more message taken, and one that is being sent. */
const IN_A_ROW = 10

const isIn = (domain: string) => ({ toAddress: { endsWith: `@${domain}` } })

const domainHeld: BatteryCase = {
  name: 'domain-refuses-all',
  fault: 'one of ten domains refuses all emails as policy',
  invariant: 'the domain is paused after ten refusals; all others get their emails; no address is suppressed',
  run: () =>
    run(
      [{ step: 'rcpt', domain: 'small3.example', does: '550 5.7.1 blocked using a list' }],
      0,
      async ({ db, arrived }) => {
        const refused = await db.message.count({ where: { state: 'refused' } })
        const held = await db.bucket.findFirst({ where: { heldUntil: { not: null } } })
        const others = await db.message.count({ where: { state: 'accepted' } })
        const waiting = await db.message.count({ where: { state: 'ready', ...isIn('small3.example') } })
        const suppressed = await db.suppression.count()
        const { doubles } = await compare(db, arrived())
        const most = IN_A_ROW + 2 * CONNECTIONS
        return {
          ok:
            refused >= IN_A_ROW &&
            refused <= most &&
            held?.key === 'send domain small3.example' &&
            others === EMAILS * 0.9 &&
            waiting === EMAILS / 10 - refused &&
            suppressed === 0 &&
            doubles === 0,
          n: `${EMAILS} emails, a tenth of them to the domain`,
          result: `refused ${refused} (≤ ${most}), ${waiting} wait for ${held?.key ?? 'nothing'}, ${others} others accepted, suppressed ${suppressed}`,
        }
      },
    ),
}

/** Resumes delivery as an operator does; returns whether the send rate is slowed down then. */
async function resume(bench: Bench): Promise<{ wasPaused: boolean; slowly: boolean }> {
  const { wasPaused } = await withWorld(bench, new Date(), ({ deps }) => resumeDelivery(deps))
  const rates = await activeSendRates(bench.db)
  return { wasPaused, slowly: rates.some(({ key, slowed }) => key === 'send all' && slowed) }
}

/** A slowed rate recovers within minutes; this case does not wait for it. */
const endSlowness = (db: Database) =>
  db.$executeRaw`update bucket set slowed_at = slowed_at - interval '1 hour' where key = 'send all'`

/** Emails that were neither sent nor skipped. */
const countOpen = (db: Database): Promise<number> =>
  db.message.count({ where: { state: { in: ['ready', 'taken', 'deferred', 'uncertain'] } } })

/** As with a list that was bought: six of ten emails go to ten small domains, of which four refuse all. */
const REFUSING: SinkRule[] = [
  { step: 'rcpt', domain: 'small1.example', does: '550 5.1.1 no such user' },
  { step: 'rcpt', domain: 'small2.example', does: '552 5.2.2 full' },
  { step: 'rcpt', domain: 'small3.example', does: '550 5.1.1 user unknown' },
  { step: 'rcpt', domain: 'small4.example', does: '552 5.2.2 over quota' },
]
/** A fifth of the newest 200; each connection may have one more message taken, and one that is being sent. */
const MAX_REFUSED = 40 + 2 * CONNECTIONS

const stopped: BatteryCase = {
  name: 'many-refusals',
  fault: 'four domains refuse all emails, for unknown and full mailboxes: a quarter of the run',
  invariant: 'the run stops and delivery is paused, with the figures; resumed, it continues slowly; lost 0',
  run: () =>
    run(REFUSING, 4, async (bench) => {
      const { db } = bench
      const pause = await readSwitch(db, 'delivery')
      const refused = await db.message.count({ where: { state: 'refused' } })
      const wasPaused = bench.arrived().length
      await exitOf(await bench.startWorker())
      const heldStill = bench.arrived().length === wasPaused
      let resumes = 0
      let slow = 0
      for (; resumes < 20; resumes++) {
        const resumed = await resume(bench)
        if (!resumed.wasPaused) break
        if (resumed.slowly) slow++
        await endSlowness(db)
        await exitOf(await bench.startWorker())
      }
      const { doubles, misrecorded } = await compare(db, bench.arrived())
      const lost = await countOpen(db)
      return {
        ok:
          pause?.value === 'paused' &&
          refused <= MAX_REFUSED &&
          heldStill &&
          slow === resumes &&
          lost + doubles + misrecorded === 0,
        n: `${EMAILS} emails`,
        result: `stopped after ${refused} refusals: “${pause?.reason ?? 'not paused'}”; ${slow} of ${resumes} resumes started slowly; lost ${lost}, duplicates ${doubles}, misrecorded ${misrecorded}`,
      }
    }),
}

const COMPLAINED_EMAILS = 300
/** With so few emails, five complaints are too many. */
const COMPLAINTS = 5

const complained: BatteryCase = {
  name: 'many-complaints',
  fault: `${COMPLAINTS} recipients complain while emails are sent`,
  invariant: 'delivery is paused, with the figures; resumed, the rest is sent; lost 0, duplicates 0',
  run: () => {
    const options = { emails: 0, connections: CONNECTIONS, sink: { delayMs: 30 }, settings: COMPOSING }
    return withBench(options, async (bench) => {
      const { db, arrived } = bench
      await addBulkMails(db, mixedAddresses(COMPLAINED_EMAILS, 3))
      const worker = await bench.startWorker()
      const accepted = () => db.message.findMany({ where: { state: 'accepted' }, take: COMPLAINTS })
      while ((await accepted()).length < COMPLAINTS && worker.exitCode === null) await sleep(20)
      const complaining = await accepted()
      await withWorld(bench, new Date(), async ({ deps }) => {
        for (const { toAddress } of complaining)
          await suppress(deps, { email: toAddress!, reason: 'complaint' })
      })
      const before = arrived().length
      const pause = await readSwitch(db, 'delivery')
      await exitOf(worker)
      const late = arrived().length - before
      const waiting = await countOpen(db)
      const { slowly } = await resume(bench)
      await endSlowness(db)
      await exitOf(await bench.startWorker())
      const { lost, doubles, misrecorded } = await compare(db, arrived())
      return {
        ok:
          pause?.value === 'paused' &&
          late <= 2 * CONNECTIONS &&
          waiting > 0 &&
          slowly &&
          lost + doubles + misrecorded === 0,
        n: `${COMPLAINED_EMAILS} emails`,
        result: `“${pause?.reason ?? 'not paused'}”; ${late} more arrived (≤ ${2 * CONNECTIONS}), ${waiting} waited; resumed ${slowly ? 'slowly' : 'AT FULL SPEED'}; lost ${lost}, duplicates ${doubles}, misrecorded ${misrecorded}`,
      }
    })
  },
}

export const breakerCases: BatteryCase[] = [domainHeld, stopped, complained]
