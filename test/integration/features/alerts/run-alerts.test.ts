import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { withFailureTracking } from '../../../../src/core/failure-tracking.ts'
import { endIncident, recordIncident } from '../../../../src/core/incident.repo.ts'
import { openComposer } from '../../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../../src/emails/deliver.ts'
import { addAlert } from '../../../../src/features/alerts/alert.repo.ts'
import { runAlerts } from '../../../../src/features/alerts/run-alerts.ts'
import { holdPermits } from '../../../../src/limits/permits.repo.ts'
import { endDomainIncidents } from '../../../../src/limits/send-rate.repo.ts'
import type { Compose } from '../../../../src/mail/message.ts'
import { resumeDelivery } from '../../../../src/operator/delivery-switch.ts'
import { startSchedule } from '../../../../src/service/schedule.ts'
import { recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { addDigestMessages, statesIn } from '../../../support/messages.ts'
import { passTimeInSendRates } from '../../../support/pass-time-in-send-rates.ts'
import { cameBack, leaveReport } from '../../../support/returns.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'
import { until } from '../../../support/until.ts'

const OPERATOR = 'operator@lab.example'
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const site = useSite()
let sink: SmtpSink

beforeAll(async () => {
  sink = await startSmtpSink()
})
afterAll(() => sink.close())
beforeEach(async () => {
  for (const step of Object.keys(sink.at)) delete sink.at[step as keyof typeof sink.at]
  sink.accepted.length = 0
  sink.mails.length = 0
  site.logged.length = 0
})

const depsWith = (settings: Record<string, string> = {}): Deps => ({
  ...site.deps,
  config: readConfig({
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    OPERATOR_EMAIL: OPERATOR,
    ...settings,
  }),
})
const later = (ms: number) => site.clock.moveTo(new Date(site.clock.now().getTime() + ms))
const moveTo = (instant: string) => site.clock.moveTo(new Date(instant))
const toOperator = () => sink.accepted.filter(({ to }) => to === OPERATOR)
const bodies = () =>
  toOperator().map(({ text }) => text.replace(/^[\s\S]*?\r\n\r\n/, '').replace(/\s+/g, ' '))
const subjects = () =>
  toOperator().map(({ text }) => /^Subject: (.*(?:\r\n .*)*)/m.exec(text)![1]!.replace(/\r\n /g, ' '))
const events = () =>
  site.logged.map((line) => JSON.parse(line).event).filter((event) => event.startsWith('alert.'))
/** A source that responded a minute ago with papers, so that it raises no alert. */
const sourceIsWell = (day = '2026-11-24') =>
  recordSuccessfulFetch(site.db, { source: 'huggingface', day, papers: 12, now: site.clock.now() })

test('a domain on hold raises an alert at once with its reply, and its end is in the next email', async () => {
  await sourceIsWell()
  const deps = depsWith()
  await holdPermits(site.db, 'send domain lab.example', {
    seconds: 3600,
    reply: '8 % of the last 250 emails',
  })
  const said = '8 % of the last 250 emails, the last with: 550 5.7.1 blocked'
  const trouble = { name: 'domain lab.example', what: 'domain-held', detail: said, since: site.clock.now() }
  await recordIncident(site.db, trouble)
  await recordIncident(site.db, { ...trouble, since: new Date(0) }) // on hold again: the same incident
  await runAlerts(deps)
  await runAlerts(deps)
  expect(subjects()).toEqual(['Daily Papers: domain held'])
  expect(bodies()[0]).toContain(`Email to lab.example has been on hold since 12:00 UTC: it refused ${said}`)

  await passTimeInSendRates(site.db, 3700)
  await endDomainIncidents(site.db, new Set(['lab.example']))
  later(HOUR)
  await sourceIsWell()
  await runAlerts(deps)
  expect(subjects()).toHaveLength(1)
  for (const name of ['work ingest', 'work plan'])
    await recordIncident(site.db, { name, what: name, detail: 'x', since: site.clock.now() })
  later(15 * MINUTE)
  for (let runs = 0; runs < 2; runs++) await runAlerts(deps)
  expect(subjects().slice(1)).toEqual(['Daily Papers: work failing', 'Daily Papers: work failing'])
  const [, next, another] = bodies()
  expect(next).toContain('Resolved: Until Tue 24 Nov 13:00 UTC: Email to lab.example has been on hold')
  expect(another).not.toContain('Resolved')
})

describe('a stopped run', () => {
  const drained = async (deps: Deps) => {
    const compose = await openComposer(deps)
    return deliverReady({ ...deps, compose }, { lane: 'transactional' })
  }

  test('is reported as soon as email is sent again, with the server’s reply', async () => {
    await sourceIsWell()
    const deps = depsWith()
    await addSubscriber(deps, { email: 'ann@example.com', topics: [] })
    sink.at.mail = '530 5.7.0 login first, ann@example.com'
    expect(await drained(deps)).toMatchObject({ stopped: 'login-refused' })
    await runAlerts(deps)
    expect(events()).toEqual(['alert.raised', 'alert.not-sent'])

    delete sink.at.mail
    await runAlerts(deps)
    expect(subjects()).toEqual([]) // not before its next try
    later(MINUTE)
    await runAlerts(deps)
    await runAlerts(deps)
    expect(subjects()).toEqual(['Daily Papers: mail server refuses'])
    const [{ text } = { text: '' }] = toOperator()
    expect(text).toContain('530 5.7.0 login first')
    expect(text).not.toContain('ann@')

    later(HOUR)
    await drained(deps)
    await runAlerts(deps)
    expect(subjects()).toHaveLength(1)
    expect(await site.db.alert.findMany()).toMatchObject([{ endedAt: site.clock.now() }])
  })

  test('sends nothing expired after delivery is resumed, and no alert repeats', async () => {
    await sourceIsWell()
    const deps = depsWith()
    await addDigestMessages(site.db, 60)
    await site.db.$executeRaw`
      update message set deadline = ${new Date(NOW.getTime() + 2 * HOUR)} where subscriber_id > 's4'`
    sink.at.rcpt = (to) => (to === OPERATOR ? undefined : '554 5.7.1 denied')
    const compose: Compose = async ({ id, toAddress }) => ({
      from: 'papers@site.example',
      to: toAddress,
      raw: Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nHello\r\n`),
    })
    const run = () => deliverReady({ ...deps, compose }, { lane: 'bulk' })
    const first = await run()
    expect(first).toMatchObject({ accepted: 0, stopped: 'refused-alike' })
    await runAlerts(deps)
    delete sink.at.rcpt
    later(3 * HOUR)
    await sourceIsWell()
    await resumeDelivery(deps)
    expect(await run()).toMatchObject({ stopped: null, refused: 0 })
    const { accepted = 0, refused, skipped = 0 } = await statesIn(site.db)
    expect(refused).toBe(first.refused)
    expect(accepted).toBeGreaterThan(0)
    expect(skipped).toBeGreaterThan(0)
    expect(accepted + skipped).toBe(60 - first.refused)
    const late = { state: 'accepted', deadline: { lte: site.clock.now() } } as const
    expect(await site.db.message.count({ where: late })).toBe(0)
    for (let looks = 0; looks < 3; looks++) await runAlerts(deps)
    expect(subjects()).toEqual(['Daily Papers: emails refused'])
  })

  test('is reported with its end in one email, if it was over before that was sent', async () => {
    await sourceIsWell()
    const deps = depsWith()
    await addSubscriber(deps, { email: 'ann@example.com', topics: [] })
    sink.at.mail = '530 5.7.0 login first'
    await drained(deps)
    await runAlerts(deps)
    delete sink.at.mail
    later(HOUR)
    await drained(deps)
    await runAlerts(deps)
    await runAlerts(deps)
    expect(subjects()).toEqual(['Daily Papers: resolved: mail server refuses'])
    expect(bodies()[0]).toMatch(/has refused the login since .* Resolved at Tue 24 Nov 13:00 UTC/)
  })
})

describe('an alert of a source', () => {
  test('is raised if it has not responded for a day', async () => {
    await sourceIsWell()
    later(23 * HOUR)
    await runAlerts(depsWith())
    expect(subjects()).toEqual([])
    later(HOUR)
    await runAlerts(depsWith())
    later(HOUR)
    await runAlerts(depsWith())
    expect(subjects()).toEqual(['Daily Papers: source silent'])
    await sourceIsWell('2026-11-25')
    await runAlerts(depsWith())
    expect(await site.db.alert.findMany()).toMatchObject([{ endedAt: site.clock.now() }])
  })

  test('is raised if it responds and had no papers on a working day, but not for a weekend', async () => {
    moveTo('2026-11-20T20:00:00Z')
    await sourceIsWell('2026-11-20')
    for (const [day, instant] of [
      ['2026-11-21', '2026-11-21T19:00:00Z'],
      ['2026-11-22', '2026-11-22T18:00:00Z'],
      ['2026-11-23', '2026-11-23T17:00:00Z'],
    ] as const) {
      moveTo(instant)
      await recordSuccessfulFetch(site.db, { source: 'huggingface', day, papers: 0, now: site.clock.now() })
      await runAlerts(depsWith({ DIGEST_ZONE: 'Pacific/Honolulu' }))
    }
    expect(subjects()).toEqual([])
    moveTo('2026-11-24T00:10:00Z')
    await runAlerts(depsWith())
    expect(subjects()).toEqual(['Daily Papers: source empty'])
    expect(bodies()[0]).toContain('Hugging Face had no papers on 2026-11-23, a working day')
  })
})

test('a source on a holiday is no incident, one that repeats another day is', async () => {
  // Hugging Face has no papers on Friday 1 January 2027.
  moveTo('2026-12-31T20:00:00Z')
  await sourceIsWell('2026-12-31')
  const read = async (day: string, instant: string, reason?: 'repeated') => {
    moveTo(instant)
    await recordSuccessfulFetch(site.db, {
      source: 'huggingface',
      day,
      papers: 0,
      reason,
      now: site.clock.now(),
    })
    await runAlerts(depsWith({ DIGEST_ZONE: 'Pacific/Honolulu' }))
  }
  await read('2027-01-01', '2027-01-01T19:00:00Z')
  await read('2027-01-02', '2027-01-02T18:00:00Z')
  await read('2027-01-03', '2027-01-03T17:00:00Z')
  await read('2027-01-04', '2027-01-04T16:00:00Z', 'repeated')
  expect(subjects()).toEqual([])
  moveTo('2027-01-05T00:10:00Z')
  await runAlerts(depsWith())
  expect(subjects()).toEqual(['Daily Papers: source empty'])
  expect(bodies()[0]).toContain('Hugging Face had no papers on 2027-01-04, a working day')
})

test('a date with open plans 20 hours after the hour is reported once', async () => {
  await sourceIsWell()
  const dueAt = new Date('2026-11-24T08:00:00Z')
  await site.db.plan.create({
    data: { zone: 'UTC', hour: 8, days: 'mon', localDate: dueAt, dueAt, maxPaperId: 1, due: 3 },
  })
  moveTo('2026-11-25T04:10:00Z')
  await runAlerts(depsWith())
  expect(subjects()).toEqual([])
  moveTo('2026-11-25T04:20:00Z')
  await runAlerts(depsWith())
  await runAlerts(depsWith())
  expect(subjects()).toEqual(['Daily Papers: date not closed'])
  await site.db.plan.updateMany({ data: { closedAt: site.clock.now() } })
  await runAlerts(depsWith())
  expect(await site.db.alert.findMany()).toMatchObject([{ endedAt: site.clock.now() }])
})

test('work that fails for a quarter of an hour raises an alert without an address', async () => {
  await sourceIsWell()
  const failing = () => Promise.reject(new Error('no mailbox for bob@example.com'))
  const run = () => withFailureTracking(site.deps, 'plan', failing).catch(() => {})
  await run()
  later(14 * MINUTE)
  await run()
  await runAlerts(depsWith())
  expect(subjects()).toEqual([])
  later(2 * MINUTE)
  await runAlerts(depsWith())
  expect(subjects()).toEqual(['Daily Papers: work failing'])
  expect(bodies()[0]).toContain(
    'Planning digests has failed at every attempt since 12:00 UTC: no mailbox for [address]',
  )
  await withFailureTracking(site.deps, 'plan', async () => {})
  await runAlerts(depsWith())
  expect(subjects()).toHaveLength(1)
})

test('a nudge that no worker takes for a quarter of an hour raises an alert', async () => {
  await sourceIsWell()
  await site.deps.queue.nudge('drain-transactional')
  const waiting = (minutes: number) => site.db.$executeRaw`
    update pgboss.job set created_on = now() - make_interval(mins => ${minutes}) where name = 'drain-transactional'`
  await waiting(14)
  await runAlerts(depsWith())
  expect(subjects()).toEqual([])
  await waiting(16)
  await runAlerts(depsWith())
  expect(subjects()).toEqual(['Daily Papers: worker idle'])
  await site.db.$executeRaw`delete from pgboss.job where name = 'drain-transactional'`
  await runAlerts(depsWith())
  expect(await site.db.alert.findMany()).toMatchObject([{ endedAt: site.clock.now() }])
})

test('reports that are not read for a quarter of an hour raise an alert, although nothing fails', async () => {
  await sourceIsWell()
  const deps = depsWith()
  const id = await leaveReport(site.db, site.clock.now())
  later(14 * MINUTE)
  await runAlerts(deps)
  expect(subjects()).toEqual([])
  later(2 * MINUTE)
  await recordIncident(site.db, {
    name: 'work read-reports',
    what: 'x',
    detail: 'y',
    since: site.clock.now(),
  })
  await runAlerts(deps)
  expect(subjects()).toEqual([]) // the failure has an alert of its own
  await endIncident(site.db, 'work read-reports')
  await runAlerts(deps)
  await runAlerts(deps)
  expect(subjects()).toEqual(['Daily Papers: reports unread'])
  await site.db.report.update({ where: { id }, data: { state: 'read', raw: null } })
  await runAlerts(deps)
  expect(await site.db.alert.findMany()).toMatchObject([{ endedAt: site.clock.now() }])
})

test('a restored database that is on hold raises an alert', async () => {
  await sourceIsWell()
  await site.db.switch.create({ data: { name: 'delivery', value: 'restored', reason: 'restored', at: NOW } })
  await runAlerts(depsWith())
  await runAlerts(depsWith())
  expect(subjects()).toEqual(['Daily Papers: delivery held'])
  expect(bodies()[0]).toContain('this database was restored from a backup.')
  await site.db.switch.deleteMany()
  await runAlerts(depsWith())
  expect(subjects()).toHaveLength(1)
})

describe('the weekly report', () => {
  test('is sent on Monday at 8 in DIGEST_ZONE, once, next to the week before', async () => {
    moveTo('2026-11-18T12:00:00Z')
    await addSubscriber(site.deps, { email: 'ann@example.com', topics: [], consent: 'on paper' })
    moveTo('2026-11-25T12:00:00Z')
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: [], consent: 'on paper' })
    await sourceIsWell('2026-11-27')
    for (const kind of ['dead', 'complaint', 'delayed'] as const)
      await cameBack(site.db, site.clock.now(), { class: kind })
    await cameBack(site.db, new Date('2026-11-22T23:59:00Z'), {})
    moveTo('2026-11-30T06:30:00Z')
    await sourceIsWell('2026-11-30')
    const deps = depsWith({ DIGEST_ZONE: 'Europe/Paris' })
    await runAlerts(deps)
    expect(subjects()).toEqual([])
    const ended = { key: 'x', at: NOW, nextTry: NOW, sentAt: NOW, endedAt: new Date('2026-11-24T13:00:00Z') }
    const values = { sentence: 'The mail server has refused the login since 12:00 UTC.', fix: 'x' }
    await site.db.alert.create({ data: { kind: 'mail-server-refuses', ...ended, values } })
    moveTo('2026-11-30T07:00:00Z')
    await Promise.all([runAlerts(deps), runAlerts(deps)])
    later(MINUTE)
    await runAlerts(deps)
    expect(subjects()).toEqual(['Daily Papers: the week from 23 Nov to 29 Nov'])
    expect(toOperator()[0]!.text).toMatch(/Subscribers +2 +1\r\n/)
    expect(toOperator()[0]!.text).toMatch(/Confirmed +1 +1\r\n/)
    expect(toOperator()[0]!.text).toMatch(/Bounced: no mailbox +1 +1\r\n/)
    expect(toOperator()[0]!.text).toMatch(/Complaints +1 +0\r\n/)
    expect(bodies()[0]).toContain(
      'Resolved: Until Tue 24 Nov 13:00 UTC: The mail server has refused the login',
    )
    expect(toOperator()[0]!.text).not.toContain('@example.com')
  })

  test('is not sent on the first Monday of an empty database', async () => {
    moveTo('2026-11-30T12:00:00Z')
    await runAlerts(depsWith())
    expect(await site.db.alert.count()).toBe(0)
  })

  test('is not sent while there are no subscribers, with any other counts', async () => {
    await cameBack(site.db, new Date('2026-11-25T12:00:00Z'), {})
    moveTo('2026-11-30T12:00:00Z')
    await runAlerts(depsWith())
    expect(await site.db.alert.count({ where: { kind: 'week' } })).toBe(0)
  })
})

test('the schedule checks every minute, and the process that claims the tick sends', async () => {
  await sourceIsWell()
  later(25 * HOUR)
  const schedule = startSchedule({ ...site.deps, ...depsWith() }, '* * * * * *')
  await until('an email to the operator', () => toOperator()[0])
  await schedule.stop()
  expect(subjects()).toEqual(['Daily Papers: source silent'])
})

describe('the email of alerts', () => {
  /** They ended before they could be sent. */
  const found = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const [kind, key, at] = ['work-failing', `k${i}`, site.clock.now()] as const
      await addAlert(site.db, { kind, key, at, values: { sentence: `job${i} has failed.`, fix: 'x' } })
    }
    await site.db.alert.updateMany({ data: { endedAt: site.clock.now() } })
  }

  test('is sent once by two processes at once', async () => {
    await sourceIsWell()
    await found(3)
    await Promise.all([runAlerts(depsWith()), runAlerts(depsWith()), runAlerts(depsWith())])
    expect(
      bodies()
        .flatMap((text) => text.match(/job\d/g))
        .toSorted(),
    ).toEqual(['job0', 'job1', 'job2'])
  })

  test('is sent up to six times an hour, and the last one lists the rest', async () => {
    await sourceIsWell()
    await found(9)
    await runAlerts(depsWith())
    expect(subjects()).toHaveLength(6)
    expect(subjects()[5]).toBe('Daily Papers: 4 alerts')
    expect(bodies()[5]!.match(/job\d has failed/g)).toHaveLength(4)
    expect(await site.db.alert.count({ where: { sentAt: null } })).toBe(0)
  })

  test('contains the alerts that were raised within the hour', async () => {
    await sourceIsWell()
    await found(9)
    await runAlerts(depsWith())
    await addAlert(site.db, {
      kind: 'work-failing',
      key: 'new',
      at: site.clock.now(),
      values: { sentence: 'It has failed.', fix: 'x' },
    })
    await runAlerts(depsWith())
    expect(subjects()).toHaveLength(6)
    later(HOUR + MINUTE)
    await runAlerts(depsWith())
    expect(subjects()).toHaveLength(7)
  })

  test('is logged with SENDING=off or without an operator address, and sent once that changes', async () => {
    await sourceIsWell()
    later(25 * HOUR)
    await runAlerts(depsWith({ SENDING: 'off' }))
    await runAlerts(depsWith({ OPERATOR_EMAIL: '' }))
    expect(sink.mails).toEqual([])
    expect(events()).toEqual(['alert.raised'])
    await runAlerts(depsWith())
    expect(subjects()).toEqual(['Daily Papers: source silent'])
  })

  test('is sent while delivery is paused, from MAIL_FROM, as an automatic email', async () => {
    await site.db.switch.create({ data: { name: 'delivery', value: 'paused', reason: 'x', at: NOW } })
    await sourceIsWell()
    await found(1)
    await runAlerts(depsWith({ MAIL_FROM: 'papers@lab.example' }))
    const [mail] = toOperator()
    expect(mail!.from).toBe('papers@lab.example')
    expect(mail!.text).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(mail!.text).toMatch(/^Message-ID: <alert\.[\w-]+@lab\.example>\r$/m)
    expect(mail!.text).toMatch(/^Date: Tue, 24 Nov 2026 12:00:00 \+0000\r$/m)
    expect(mail!.text).not.toMatch(/^List-/m)
  })
})
