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
const MAILS = 600

const run = <T>(rules: SinkRule[], bigOfTen: number, work: (bench: Bench) => Promise<T>): Promise<T> =>
  withBench({ mails: 0, connections: CONNECTIONS, sink: { rules }, settings: COMPOSING }, async (bench) => {
    await addBulkMails(bench.db, mixedAddresses(MAILS, bigOfTen))
    await exitOf(await bench.startWorker())
    return work(bench)
  })

/** So many of its own are enough; each connection may have one more in the hand, and one under way. */
const IN_A_ROW = 10

const isIn = (domain: string) => ({ toAddress: { endsWith: `@${domain}` } })

const domainHeld: BatteryCase = {
  name: 'domain-refuses-all',
  fault: 'one domain refuses all of our mail as policy, among accepted mail of others',
  invariant: 'it is let be after ten refusals; everybody else gets theirs; nobody is suppressed',
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
            others === MAILS * 0.9 &&
            waiting === MAILS / 10 - refused &&
            suppressed === 0 &&
            doubles === 0,
          n: `${MAILS} emails, a tenth of them to the domain`,
          result: `refused ${refused} (≤ ${most}), ${waiting} wait for ${held?.key ?? 'nothing'}, ${others} others accepted, suppressed ${suppressed}`,
        }
      },
    ),
}

/** Delivery goes on as the operator has it go on; whether all mail has a slow pace then. */
async function resume(bench: Bench): Promise<{ wasPaused: boolean; slowly: boolean }> {
  const { wasPaused } = await withWorld(bench, new Date(), ({ deps }) => resumeDelivery(deps))
  const paces = await activeSendRates(bench.db)
  return { wasPaused, slowly: paces.some(({ key, slowed }) => key === 'send all' && slowed) }
}

/** A pace finds its way back within minutes, for which nobody waits here. */
const endSlowness = (db: Database) =>
  db.$executeRaw`update bucket set slowed_at = slowed_at - interval '1 hour' where key = 'send all'`

/** Emails that were neither sent nor ended. */
const countOpen = (db: Database): Promise<number> =>
  db.message.count({ where: { state: { in: ['ready', 'taken', 'deferred', 'uncertain'] } } })

/** As with a list that was bought: of ten small domains, to which six of ten emails go, four refuse all. */
const REFUSING: SinkRule[] = [
  { step: 'rcpt', domain: 'small1.example', does: '550 5.1.1 no such user' },
  { step: 'rcpt', domain: 'small2.example', does: '552 5.2.2 full' },
  { step: 'rcpt', domain: 'small3.example', does: '550 5.1.1 user unknown' },
  { step: 'rcpt', domain: 'small4.example', does: '552 5.2.2 over quota' },
]
/** A fifth of the newest 200; each connection may have one more in the hand, and one under way. */
const MAX_REFUSED = 40 + 2 * CONNECTIONS

const stopped: BatteryCase = {
  name: 'many-refusals',
  fault: 'of ten small domains four refuse all mail, for dead and for full mailboxes: a quarter of the run',
  invariant: 'the run stops and delivery is paused, with the figures; resumed, it goes on slowly; lost 0',
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
        n: `${MAILS} emails`,
        result: `stopped after ${refused} refusals: “${pause?.reason ?? 'not paused'}”; ${slow} of ${resumes} resumes began slowly; lost ${lost}, doubled ${doubles}, misrecorded ${misrecorded}`,
      }
    }),
}

const COMPLAINED_MAILS = 300
/** Of so few emails, five are too many. */
const COMPLAINTS = 5

const complained: BatteryCase = {
  name: 'many-complaints',
  fault: `${COMPLAINTS} who got their mail complain, in the middle of a run`,
  invariant: 'delivery is paused, with the figures; resumed, the rest goes out; lost 0, doubled 0',
  run: () => {
    const options = { mails: 0, connections: CONNECTIONS, sink: { delayMs: 30 }, settings: COMPOSING }
    return withBench(options, async (bench) => {
      const { db, arrived } = bench
      await addBulkMails(db, mixedAddresses(COMPLAINED_MAILS, 3))
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
        n: `${COMPLAINED_MAILS} emails`,
        result: `“${pause?.reason ?? 'not paused'}”; ${late} more came (≤ ${2 * CONNECTIONS}), ${waiting} waited; resumed ${slowly ? 'slowly' : 'AT ONCE'}; lost ${lost}, doubled ${doubles}, misrecorded ${misrecorded}`,
      }
    })
  },
}

export const breakerCases: BatteryCase[] = [domainHeld, stopped, complained]
