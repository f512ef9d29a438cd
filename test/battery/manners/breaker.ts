import { clearSwitch, readSwitch } from '../../../src/platform/switch-store.ts'
import type { SinkRule } from '../../support/smtp-sink.ts'
import type { BatteryCase } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-mails.ts'
import { type Bench, compare, exitOf, withBench } from '../bench/delivery-bench.ts'

const CONNECTIONS = 4
const MAILS = 600

const run = <T>(rules: SinkRule[], bigOfTen: number, work: (bench: Bench) => Promise<T>): Promise<T> =>
  withBench({ mails: 0, connections: CONNECTIONS, sink: { rules }, settings: COMPOSING }, async (bench) => {
    await addBulkMails(bench.db, mixedAddresses(MAILS, bigOfTen))
    await exitOf(await bench.startWorker())
    return work(bench)
  })

const isIn = (domain: string) => ({ toAddress: { endsWith: `@${domain}` } })

const domainHeld: BatteryCase = {
  name: 'manners-domain-held',
  fault: 'one domain refuses all of our mail as policy, among accepted mail of others',
  invariant: 'it is let be after few refusals; everybody else gets theirs; nobody is suppressed',
  run: () =>
    run(
      [{ step: 'rcpt', domain: 'small3.example', does: '550 5.7.1 blocked using a list' }],
      0,
      async ({ db, arrived }) => {
        const refused = await db.message.count({ where: { state: 'refused' } })
        const held = await db.pace.findFirst({ where: { heldUntil: { not: null } } })
        const others = await db.message.count({ where: { state: 'accepted' } })
        const waiting = await db.message.count({ where: { state: 'ready', ...isIn('small3.example') } })
        const suppressed = await db.suppression.count()
        const { doubles } = await compare(db, arrived())
        const most = 20 + 2 * CONNECTIONS
        return {
          ok:
            refused >= 20 &&
            refused <= most &&
            held?.key === 'domain small3.example' &&
            others === MAILS * 0.9 &&
            waiting === MAILS / 10 - refused &&
            suppressed === 0 &&
            doubles === 0,
          n: `${MAILS} mails, a tenth of them to the domain`,
          result: `refused ${refused} (≤ ${most}), ${waiting} wait for ${held?.key ?? 'nothing'}, ${others} others accepted, suppressed ${suppressed}`,
        }
      },
    ),
}

/** Every third address is nobody’s: a list that was bought, or a server that lost its users. */
const stopped: BatteryCase = {
  name: 'manners-much-refused',
  fault: 'most of the mail is refused, in many words',
  invariant: 'the run stops and delivery is paused, with the figures; after a resume it goes on; lost 0',
  run: () =>
    run(
      [
        { step: 'rcpt', domain: 'big.example', does: '550 5.1.1 no such user', first: 60 },
        { step: 'rcpt', domain: 'small1.example', does: '552 5.2.2 full' },
      ],
      4,
      async (bench) => {
        const { db } = bench
        const pause = await readSwitch(db, 'delivery')
        const refused = await db.message.count({ where: { state: 'refused' } })
        const wasPaused = bench.arrived().length
        await exitOf(await bench.startWorker())
        const heldStill = bench.arrived().length === wasPaused
        for (let resumes = 0; resumes < 20 && (await clearSwitch(db, 'delivery')); resumes++)
          await exitOf(await bench.startWorker())
        const { doubles, misrecorded } = await compare(db, bench.arrived())
        const open = await db.message.count({ where: { state: { in: ['ready', 'taken'] } } })
        return {
          ok:
            pause?.value === 'paused' &&
            refused <= 60 &&
            heldStill &&
            open === 0 &&
            doubles + misrecorded === 0,
          n: `${MAILS} mails`,
          result: `stopped after ${refused} refusals: “${pause?.reason ?? 'not paused'}”; afterwards open ${open}, doubled ${doubles}`,
        }
      },
    ),
}

export const breakerCases: BatteryCase[] = [domainHeld, stopped]
