import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { recordIncident } from '../../../../src/core/incident.repo.ts'
import { recordProcess } from '../../../../src/core/running-process.repo.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { words } from '../../../../src/i18n/words.ts'
import { newestAlerts } from '../../../../src/operator/alerts/alert.repo.ts'
import { runAlerts } from '../../../../src/operator/alerts/run-alerts.ts'
import { pauseDelivery } from '../../../../src/operator/delivery-switch.ts'
import { runDoctor } from '../../../../src/operator/doctor/run-doctor.ts'
import { CONDITIONS, findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { leaveReport } from '../../../support/returns.ts'
import { get, NOW, textOf, useSite } from '../../../support/site.ts'

const MINUTE = 60_000
const EMPTY = { ready: 0, taken: 0, deferred: 0, uncertain: 0, oldest: null, nextTry: null }
/** Digests go out in spite of these. */
const BESIDE_SENDING = ['domains', 'papers', 'signups', 'links', 'reports']
const EMPTY_LANES = { transactional: EMPTY, bulk: EMPTY }
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

const incident = (name: string, what: string) =>
  recordIncident(on.db, { name, what, detail: 'so it is', since: NOW })

/** Rows that make each condition hold. */
const ROWS: Record<string, () => Promise<unknown>> = {
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
  'source-silent': () =>
    recordFailedFetch(on.db, {
      source: 'huggingface',
      day: '2026-11-24',
      now: NOW,
      fault: 'source.unreachable',
    }),
  'source-empty': async () => {
    await on.db.sourceDay.deleteMany()
    await recordSuccessfulFetch(on.db, { source: 'huggingface', day: '2026-11-23', papers: 0, now: NOW })
  },
}

const overviewOf = async (site: typeof on) => textOf((await (await logIn(site)).get('/admin')).body)
const statusOf = async (site: typeof on) => textOf((await get(site, '/status')).body)
const doctorOf = (site: typeof on) =>
  runDoctor({
    config: readConfig({ SENDING: site.deps.config.SENDING, HF_URL: 'http://127.0.0.1:9' }),
    faults: [],
    clock: site.clock,
    connect: async () => site.deps,
    withinMs: 10_000,
  })
const alertOf = async (site: typeof on) => {
  await runAlerts(site.deps)
  return (await newestAlerts(site.db, { limit: 10 })).map(({ kind }) => kind)
}

test('a service in which nothing is wrong says so everywhere', async () => {
  expect(await overviewOf(on)).toContain('Nothing is wrong.')
  expect(await statusOf(on)).toContain(words.status.sending)
  expect((await doctorOf(on)).filter(({ check }) => check === 'health')).toMatchObject([{ state: 'ok' }])
  expect(await alertOf(on)).toEqual([])
})

test.each(CONDITIONS.map((condition) => [condition.name, condition] as const))(
  '%s is on the overview, on /status, in doctor and in an alert',
  async (name, condition) => {
    await ROWS[name]!()
    const site = name === 'delivery-off' ? off : on
    const problems = findProblems(await readHealthFacts(site.deps, EMPTY_LANES))
    expect(problems.map((problem) => problem.condition.name)).toEqual([name])
    const [problem] = problems

    const overview = await overviewOf(site)
    expect(overview).toContain(problem!.sentence)
    expect(overview).not.toContain('Nothing is wrong.')

    const status = await statusOf(site)
    const { notice } = problem!
    const sentence = notice ? words.status.problems[notice] : words.status.sending
    expect(status).toContain(sentence.split('{since}')[0])
    expect(status.includes(words.status.sending)).toBe(notice === null || BESIDE_SENDING.includes(notice))

    const checks = await doctorOf(site)
    expect(checks.filter(({ check }) => check === name)).toEqual([
      { check: name, state: condition.state, found: problem!.sentence, fix: problem!.fix },
    ])
    expect(checks.map(({ check }) => check)).not.toContain('health')

    expect(await alertOf(site)).toEqual(condition.alertAfterMs === 0 ? [name] : [])
  },
)
