import { beforeEach } from 'vitest'
import { recordIncident } from '../../src/core/incident.repo.ts'
import { recordProcess } from '../../src/core/running-process.repo.ts'
import { claimTick } from '../../src/core/tick.repo.ts'
import { pauseDelivery } from '../../src/operator/delivery-switch.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../src/sources/source-day.repo.ts'
import { PASSWORD } from './admin.ts'
import { leaveReport } from './returns.ts'
import { NOW, type TestSite, useSite } from './site.ts'

const MINUTE = 60_000

export interface FaultySite {
  /** Nothing is wrong before each test. */
  readonly site: TestSite
  /** Writes the rows that make a condition hold; returns the site for which it holds. */
  breakIt(condition: string): Promise<TestSite>
}

/** A site for which each condition of operator/health/ can be made to hold. */
export function useFaultySite(): FaultySite {
  const on = useSite({ ADMIN_PASSWORD: PASSWORD })
  const off = useSite({ ADMIN_PASSWORD: PASSWORD, SENDING: 'off' })
  beforeEach(async () => {
    await on.db.$executeRaw`delete from pgboss.job where name = 'drain-transactional'`
    for (const site of [on, off]) {
      await claimTick(site.db, 'minute', NOW)
      for (const day of ['2026-11-23', '2026-11-24'])
        await recordSuccessfulFetch(site.db, { source: 'huggingface', day, papers: 9, now: NOW })
    }
  })
  const rows = rowsOf(on)
  const breakIt = async (condition: string) => {
    await rows[condition]!()
    return condition === 'delivery-off' ? off : on
  }
  return { site: on, breakIt }
}

/** Rows that make each condition hold. */
function rowsOf(on: TestSite): Record<string, () => Promise<unknown>> {
  const incident = (name: string, what: string) =>
    recordIncident(on.db, { name, what, detail: 'so it is', since: NOW })
  return {
    'delivery-held': () => pauseDelivery(on.deps, { restored: true }),
    complaints: () => incident('complaints', 'complaints'),
    'delivery-paused': () => pauseDelivery(on.deps, { reason: 'the relay moves' }),
    'delivery-off': async () => {},
    'mail-server-silent': () => incident('delivery transactional', 'unreachable'),
    'mail-server-refuses': () => incident('delivery bulk', 'login-refused'),
    'emails-unanswered': () => incident('unanswered bulk', 'unanswered'),
    'emails-refused': () => incident('delivery bulk', 'refused-much'),
    'domain-held': () => incident('domain lab.example', 'domain-held'),
    'schedule-silent': () => on.db.tick.deleteMany(),
    'worker-idle': async () => {
      await on.deps.queue.nudge('drain-transactional')
      await on.db.$executeRaw`
        update pgboss.job set created_on = now() - interval '4 minutes' where name = 'drain-transactional'`
    },
    'worker-silent': () => incident('worker', 'silent'),
    'work-failing': () => incident('work plan', 'unexpected'),
    'date-not-closed': () => {
      const dueAt = new Date('2026-11-23T08:00:00Z')
      const plan = { zone: 'UTC', hour: 8, days: 'mon', localDate: dueAt, dueAt, maxPaperId: 1 }
      return on.db.plan.create({ data: { ...plan, due: 3 } })
    },
    'reports-unread': () => leaveReport(on.db, new Date(NOW.getTime() - 4 * MINUTE)),
    'signups-limited': async () => {
      await incident('signups', 'signups')
      await on.db.bucket.create({ data: { key: 'signup site', tokens: 0, at: new Date() } })
    },
    'secrets-differ': async () => {
      const startedAt = new Date(NOW.getTime() - 5 * MINUTE)
      for (const secret of ['old', 'new'])
        await recordProcess(on.db, secret, { name: `process of ${secret}`, startedAt, secrets: [secret] })
    },
    'proxy-untrusted': () => incident('proxy-untrusted', 'proxy-untrusted'),
    'unknown-links': async () => {
      await incident('unknown-links', 'unknown-links')
      await on.db.bucket.create({ data: { key: 'unknown unsubscribe links', tokens: 0, at: new Date() } })
    },
    'source-stopped': () =>
      recordFailedFetch(on.db, {
        source: 'huggingface',
        day: '2026-11-24',
        now: NOW,
        fault: 'source.too-many',
      }),
    'source-silent': () =>
      recordFailedFetch(on.db, {
        source: 'huggingface',
        day: '2026-11-24',
        now: NOW,
        fault: 'source.unreachable',
      }),
    'source-moved': () => incident('moved huggingface', 'moved'),
    'source-empty': async () => {
      await on.db.sourceDay.deleteMany()
      await recordSuccessfulFetch(on.db, { source: 'huggingface', day: '2026-11-23', papers: 0, now: NOW })
    },
  }
}
