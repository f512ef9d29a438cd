import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeByLink } from '../../../../src/account/change-by-link.ts'
import {
  addTopicsByOperator,
  pauseSubscriber,
  removeTopicByOperator,
} from '../../../../src/account/change-by-operator.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { recordAction } from '../../../../src/core/action.repo.ts'
import { setSwitch } from '../../../../src/core/switch.repo.ts'
import { textOfExplanation } from '../../../../src/features/explain/explain-operation.ts'
import { explainSubscriber } from '../../../../src/features/explain/explain-subscriber.ts'
import { holdPermits, setPermitLimits, takeAvailable } from '../../../../src/limits/permits.repo.ts'
import { rampUpRate } from '../../../../src/limits/send-rate.ts'
import { pauseDelivery, resumeDelivery } from '../../../../src/operator/delivery-switch.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { suppress, unsuppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { runCommand } from '../../../support/commands.ts'
import { CARS, CELLS, learnSpace } from '../../../support/learned-space.ts'
import { EMAIL, useExplainWorld } from './explain-world.ts'

const world = useExplainWorld()
const MONDAY = '2026-11-23'
const TUESDAY = '2026-11-24'
/** A few seconds after eight in Paris. */
const HOUR = '2026-11-24T07:00:10Z'
const FRIDAY_BEFORE = '2026-11-20T09:00:00Z'

/** Anna signed up on Friday, and got her email on Monday. */
async function untilMonday(topics = ['linear attention']): Promise<void> {
  await world.at(FRIDAY_BEFORE).add({ topics })
  await world.at('2026-11-22T23:00:00Z').papers('2026-11-22', ['Linear Attention at Last', 'On Zeolites'])
  await world.at('2026-11-23T07:00:10Z').run()
}

/** The same, and papers for her arrived on Tuesday. */
async function untilTuesday(): Promise<void> {
  await untilMonday()
  await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Robots with Linear Attention', 'More Zeolites'])
  world.at(HOUR)
}

const codes = async (date?: string) => (await world.explain(date)).steps.map(({ code }) => code)
const texts = async (date?: string) => (await world.explain(date)).steps.map(({ text }) => text).join('\n')

async function expectVerdict(date: string | undefined, code: string, text: string): Promise<void> {
  const { verdict, steps } = await world.explain(date)
  expect(verdict).toEqual({ code, text: expect.stringContaining(text) })
  const times = steps.flatMap(({ at }) => at?.getTime() ?? [])
  expect(times, 'in order of time').toEqual(times.toSorted((a, b) => a - b))
}

describe('the explanation of an email that was sent', () => {
  test('has the steps from the consent to the server’s reply', async () => {
    await untilTuesday()
    await world.run()
    await expectVerdict(undefined, 'accepted', 'the mail server accepted it at 24 Nov 2026, 07:00:10 UTC')
    expect((await world.explain()).date).toBe(TUESDAY)
    expect(await codes()).toEqual([
      'confirmed',
      'due',
      'source',
      'opened',
      'sources',
      'planned',
      'topic',
      'left',
      'accepted',
      'search',
    ])
    expect(await texts()).toContain('Topic “linear attention”: 1 paper: “Robots with Linear Attention”.')
    expect(await texts()).toContain('08:00 Europe/Paris (07:00 UTC), Monday to Friday; they were active.')
  })

  test('has state, topics and schedule as of that date', async () => {
    await untilTuesday()
    await world.run()
    world.at('2026-11-25T12:00:00Z')
    await addTopicsByOperator(world.deps, { email: EMAIL, text: 'diffusion' })
    await removeTopicByOperator(world.deps, { email: EMAIL, text: 'linear attention' })
    await world.at('2026-11-26T12:00:00Z')
    await unsubscribeByOperator(world.deps, { email: EMAIL })
    await expectVerdict(TUESDAY, 'accepted', 'Sent')
    const { subscriber } = await world.explain(TUESDAY)
    expect(subscriber).toMatchObject({ email: EMAIL, state: 'active', zone: 'Europe/Paris', hour: 8 })
    expect(await texts(TUESDAY)).toContain('Topic “linear attention”')
    expect(await texts(TUESDAY)).toContain('A change: topic “diffusion” added.')
  })

  test('counts the papers beyond the limit', async () => {
    await world.at(FRIDAY_BEFORE).add({ max: '1' })
    await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Linear Attention One', 'Linear Attention Two'])
    await world.at(HOUR).run()
    expect(await texts()).toContain('2 papers matched, 1 in the email (up to 1 per email); 1 more')
  })

  test('counts the papers that come close, and has the topic of each', async () => {
    await learnSpace(world.db)
    await world.at(FRIDAY_BEFORE).add({ topics: ['car engine', 'zeolites'] })
    await world.papers('2026-11-01', CARS)
    await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Zeolites', 'Automobile engine', ...CELLS])
    await world.at(HOUR).run()
    const said = await texts()
    expect(said).toContain('1 paper matched, 1 comes close, 2 in the email.')
    expect(said).toContain('Close to their topics: 1 paper: “Automobile engine” (“car engine”).')
    expect(said).not.toContain('“car engine”: no papers')
  })

  test('has the day of the best papers for a subscriber without topics', async () => {
    await world.at(FRIDAY_BEFORE).add({ topics: [] })
    await world.at('2026-11-22T23:00:00Z').papers('2026-11-22', ['On Zeolites'])
    await world.at(HOUR).run()
    expect(await texts()).toContain('No topic: the best papers of Sun 22 Nov 2026.')
  })
})

describe('the explanation of an email that was not sent, or not yet', () => {
  test.each([
    [
      'deferred',
      { rcpt: '451 4.7.1 greylisted' },
      'Deferred, next attempt at 24 Nov 2026, 07:01:10 UTC: 451 4.7.1 greylisted',
    ],
    ['refused', { rcpt: '550 5.7.1 we do not like you' }, 'refused it: 550 5.7.1 we do not like you'],
    [
      'uncertain-again',
      { dot: 'close' },
      'Unknown whether it arrived; it is sent once more at 24 Nov 2026, 07:15:10 UTC',
    ],
  ] as const)('is %s, with the reply or the next attempt', async (code, answers, text) => {
    await untilTuesday()
    await world.run(answers)
    await expectVerdict(TUESDAY, code, text)
    expect(await texts()).toContain('Attempt 1: ')
  })

  test('is uncertain after the second missing reply', async () => {
    world.set({ WHEN_UNCERTAIN: 'hold' })
    await untilTuesday()
    await world.run({ dot: 'close' })
    await expectVerdict(
      TUESDAY,
      'uncertain',
      'Unknown: it was sent completely, but the server did not reply. No more attempts.',
    )
  })

  test('is that it was deferred until its deadline', async () => {
    await untilTuesday()
    await world.run({ rcpt: '452 4.2.2 full' })
    await world.at('2026-11-24T12:00:00Z').run({ rcpt: '452 4.2.2 full' })
    await world.at('2026-11-25T03:30:00Z').plan()
    await expectVerdict(
      TUESDAY,
      'gave-up',
      'Given up after 2 attempts: no server accepted it in time: 452 4.2.2 full',
    )
  })

  test('is that delivery is paused, with the time and the reason; then that it was resumed', async () => {
    await untilTuesday()
    await pauseDelivery(world.deps, { reason: 'relay moves' })
    await world.run()
    await expectVerdict(TUESDAY, 'delivery-paused', 'paused since 24 Nov 2026, 07:00:10 UTC (relay moves)')
    await resumeDelivery(world.at('2026-11-24T09:00:00Z').deps)
    await world.run()
    await expectVerdict(TUESDAY, 'accepted', '24 Nov 2026, 09:00:00')
  })

  test('is that delivery was paused until its deadline', async () => {
    await untilTuesday()
    const pause = { via: 'command', verb: 'delivery pause' } as const
    await recordAction(world.db, { at: world.deps.clock.now(), ...pause })
    await world.plan()
    await world.at('2026-11-25T03:30:00Z').plan()
    await recordAction(world.db, { ...pause, at: world.deps.clock.now(), verb: 'delivery resume' })
    await expectVerdict(
      TUESDAY,
      'expired',
      'Not sent: it expired at 25 Nov 2026, 03:00:00 UTC: delivery was paused from',
    )
    expect(await codes(TUESDAY)).toEqual(expect.arrayContaining(['delivery-paused', 'delivery-resumed']))
  })

  test('is that no worker runs, then that its deadline passed', async () => {
    await untilTuesday()
    await world.plan()
    await expectVerdict(TUESDAY, 'waiting', 'Waiting to be sent since 24 Nov 2026, 07:00:10 UTC')
    world.at('2026-11-24T07:30:00Z')
    await expectVerdict(TUESDAY, 'waiting', '; check in delivery status that a worker is running')
    await world.at('2026-11-25T03:30:00Z').plan()
    await expectVerdict(TUESDAY, 'expired', 'no worker took it')
  })

  test('is that its domain is on hold', async () => {
    await untilTuesday()
    await holdPermits(world.db, 'send domain lab.example', { seconds: 3600, reply: '10 emails in a row' })
    await world.run()
    await expectVerdict(TUESDAY, 'domain-held', 'Waiting because of a rate limit: lab.example: held until')
  })

  test('is that the quota of a new sending domain is used up', async () => {
    await untilTuesday()
    world.set({ RAMP_UP_SINCE: TUESDAY })
    const { key, limit } = rampUpRate(world.deps.config, world.deps.clock.now())!
    await setPermitLimits(world.db, [{ key, ...limit }])
    await takeAvailable(world.db, [{ key, count: 1000 }])
    await world.run()
    await expectVerdict(TUESDAY, 'ramp-up', 'new sending domain: 0 of 1,000 left today')
  })

  test('is that SENDING is off', async () => {
    await untilTuesday()
    world.set({ SENDING: 'off' })
    await world.run()
    await expectVerdict(TUESDAY, 'sending-off', 'SENDING is off')
  })

  test('is an unsubscribe between planning and sending', async () => {
    await untilTuesday()
    await world.plan()
    await unsubscribeByOperator(world.deps, { email: EMAIL })
    await world.at('2026-11-24T07:01:00Z').run()
    await expectVerdict(TUESDAY, 'skipped-unsubscribed', 'Not sent: they had unsubscribed.')
  })

  test.each([
    ['unsubscribed', 'they unsubscribed', () => unsubscribeByOperator(world.deps, { email: EMAIL })],
    [
      'suppressed',
      'the address was suppressed',
      () => suppress(world.deps, { email: EMAIL, reason: 'complaint' }),
    ],
    ['paused', 'they paused', () => pauseSubscriber(world.deps, { email: EMAIL, until: null })],
  ])('is that they are %s, before and after the deadline', async (state, why, leave) => {
    await untilTuesday()
    await world.plan()
    await pauseDelivery(world.deps, { reason: 'maintenance' })
    world.at('2026-11-24T07:20:00Z')
    await leave()
    const since = `${why} at 24 Nov 2026, 07:20:00 UTC`
    await expectVerdict(TUESDAY, `ended-${state}`, `It will not be sent: ${since}.`)
    expect(await texts(TUESDAY)).not.toContain('Next attempt')
    await world.at('2026-11-25T03:30:00Z').plan()
    await expectVerdict(TUESDAY, `skipped-${state}`, `Not sent: ${since}.`)
  })

  test('is that the email waits, if they unsubscribed and came back meanwhile', async () => {
    await untilTuesday()
    await world.plan()
    await unsubscribeByOperator(world.deps, { email: EMAIL })
    await world.at('2026-11-24T07:05:00Z').add()
    await expectVerdict(TUESDAY, 'waiting', 'Waiting to be sent')
    await unsubscribeByOperator(world.at('2026-11-25T03:20:00Z').deps, { email: EMAIL })
    await world.at('2026-11-25T03:30:00Z').plan()
    await expectVerdict(TUESDAY, 'expired', 'no worker took it')
  })
})

describe('the explanation of no email, because of the papers,', () => {
  test('has the papers covered, earlier offers, and the commands that say which word is missing', async () => {
    await untilMonday(['linear attention', 'robots votes>=20'])
    await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Attention Heads', 'Robots that Cook'])
    await world.at(HOUR).run()
    await expectVerdict(TUESDAY, 'nothing-matched', 'none of 2 new papers matched their 2 topics')
    const said = await texts()
    expect(said).toContain('2 papers new to them, out of 4 in the last 14 days.')
    expect(said).toContain('“Linear Attention at Last” (emailed on Mon 23 Nov 2026)')
    expect(said).toContain('State of the sources: Hugging Face, 23 Nov: 2 papers.')
    expect(said).toMatch(/Topic “linear attention”: nothing matched\. .* queries test "linear attention"/)
    expect(said).toContain('queries explain "linear attention" --paper ID')
    expect(said).toContain('queries test "robots votes>=20"')
  })

  test('counts a paper that arrived after the plan', async () => {
    await untilMonday(['linear attention', 'robots votes>=20'])
    await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Robots that Cook'])
    await world.at(HOUR).run()
    await world.at('2026-11-24T08:00:00Z').papers(MONDAY, ['Robots that Cook', 'Linear Attention Late'], 30)
    expect(await texts()).toContain('1 paper arrived after planning, for the next digest.')
  })

  test('is that the source failed', async () => {
    await untilMonday()
    await recordFailedFetch(world.at('2026-11-24T06:00:00Z').db, {
      source: 'huggingface',
      day: TUESDAY,
      now: world.deps.clock.now(),
      fault: 'source.failing',
      status: 502,
    })
    await world.at(HOUR).run()
    await expectVerdict(
      TUESDAY,
      'no-new-papers',
      'no paper was new to them; Hugging Face failed for 2026-11-24',
    )
    expect(await texts()).toContain('last error: error response (502)')
  })

  test('is that the source repeats another day', async () => {
    await untilMonday()
    const { db } = world.at('2026-11-24T06:00:00Z')
    await db.sourceDay.create({
      data: { source: 'huggingface', day: new Date(TUESDAY), state: 'stalled', reason: 'repeated' },
    })
    await world.at(HOUR).run()
    await expectVerdict(
      TUESDAY,
      'no-new-papers',
      'no paper was new to them; Hugging Face stalled (same list as another day) for 2026-11-24',
    )
    expect(await texts()).toContain('Tue 24 Nov 2026: stalled: same list as another day, 0 papers')
  })

  test('is that it was a holiday', async () => {
    await untilMonday()
    const { db } = world.at('2026-11-24T06:00:00Z')
    await db.sourceDay.create({
      data: { source: 'huggingface', day: new Date(TUESDAY), state: 'quiet', reason: 'holiday' },
    })
    await world.at(HOUR).run()
    await expectVerdict(
      TUESDAY,
      'no-new-papers',
      'no paper was new to them; Hugging Face was quiet (holiday) on 2026-11-24',
    )
  })

  test('is that no day has best papers that are new to a subscriber without topics', async () => {
    await untilMonday([])
    await world.at(HOUR).run()
    await expectVerdict(TUESDAY, 'nothing-matched', 'none of the most upvoted papers were new to them')
  })
})

describe('the explanation of no email, because of the subscriber’s state then,', () => {
  test('is that they were paused until a date', async () => {
    await untilTuesday()
    await pauseSubscriber(world.at('2026-11-23T12:00:00Z').deps, { email: EMAIL, until: '2026-12-01' })
    await world.at(HOUR).run()
    await expectVerdict(TUESDAY, 'paused', 'they were paused, until Tue 1 Dec 2026')
    await expectVerdict(
      '2026-11-26',
      'paused',
      'No email will be sent: they are paused, until Tue 1 Dec 2026',
    )
    await expectVerdict('2026-12-01', 'not-due-yet', 'in 7 days')
  })

  test('is that they had unsubscribed, if they are back since', async () => {
    await untilMonday()
    await unsubscribeByOperator(world.at('2026-11-23T12:00:00Z').deps, { email: EMAIL })
    await world.at(HOUR).run()
    await world.at('2026-11-24T12:00:00Z').add()
    await expectVerdict(TUESDAY, 'unsubscribed', 'they had unsubscribed since 23 Nov 2026, 12:00:00 UTC')
    await expectVerdict('2026-11-25', 'not-due-yet', 'in 19 hours')
  })

  test('is that they were suppressed, if that was lifted since', async () => {
    await untilMonday()
    await suppress(world.at('2026-11-23T12:00:00Z').deps, { email: EMAIL, reason: 'complaint' })
    await world.at(HOUR).run()
    await expectVerdict(TUESDAY, 'suppressed', 'suppressed since 23 Nov 2026, 12:00:00 UTC (complaint)')
    await unsuppress(world.at('2026-11-24T12:00:00Z').deps, { email: EMAIL })
    await expectVerdict(TUESDAY, 'suppressed', 'suppressed since 23 Nov 2026, 12:00:00 UTC')
  })

  test('is that they confirmed after the hour', async () => {
    await world.at('2026-11-24T09:00:00Z').add()
    await expectVerdict(
      MONDAY,
      'not-subscribed',
      'they were not subscribed: they came at 24 Nov 2026, 09:00:00 UTC',
    )
    await expectVerdict(
      TUESDAY,
      'not-subscribed',
      'after that date’s hour (08:00 Europe/Paris (07:00 UTC)); the first date',
    )
  })

  test('has the history of the confirmation email, if they never confirmed', async () => {
    await addSubscriber(world.at(FRIDAY_BEFORE).deps, {
      email: EMAIL,
      topics: ['robots'],
      zone: 'Europe/Paris',
    })
    await world.run({ rcpt: '451 4.7.1 greylisted' })
    await world.at(HOUR).run({})
    await expectVerdict(TUESDAY, 'not-confirmed', 'they asked at 20 Nov 2026, 09:00:00 UTC and never pressed')
    expect(await texts(TUESDAY)).toContain(
      'Attempt 1: the mail server deferred it (temporary): 451 4.7.1 greylisted',
    )
    await world.at('2026-11-25T12:00:00Z').add()
    await expectVerdict(TUESDAY, 'confirmed-later', 'they confirmed at 25 Nov 2026, 12:00:00 UTC')
  })

  test('is that they were imported as pending: not emailed at first, then emailed, and never confirmed', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'explain-')), 'people.csv')
    writeFileSync(file, `email,state,zone\n${EMAIL},pending,Europe/Paris\n`)
    await runCommand(world.at(FRIDAY_BEFORE).deps, ['subscribers', 'import', file])
    const unasked = 'they were imported at 20 Nov 2026, 09:00:00 UTC and have not been asked to confirm yet'
    await expectVerdict(undefined, 'never-asked', unasked)
    await expectVerdict('2026-11-19', 'never-asked', unasked)
    await runCommand(world.at('2026-11-23T12:00:00Z').deps, ['subscribers', 'import', file, '--ask'])
    await expectVerdict(MONDAY, 'not-confirmed', 'they were imported and asked at 23 Nov 2026, 12:00:00 UTC')
    await expectVerdict(TUESDAY, 'not-confirmed', 'and never pressed the button')
    await expectVerdict('2026-11-19', 'not-subscribed', 'they were not subscribed')
  })

  test('has the import as a step, if they were imported after the hour with an older consent', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'explain-')), 'people.csv')
    writeFileSync(file, `email,zone,confirmed_at,confirmed_how\n${EMAIL},Europe/Paris,2025-01-01,form\n`)
    await runCommand(world.at('2026-11-24T22:23:00Z').deps, ['subscribers', 'import', file])
    await expectVerdict(
      TUESDAY,
      'not-subscribed',
      'they came here by an import at 24 Nov 2026, 22:23:00 UTC, after that date’s hour (08:00 Europe/Paris (07:00 UTC)); the first date that counts is Wed 25 Nov 2026',
    )
    expect((await world.explain(TUESDAY)).subscriber.state).toBe('none')
    expect(await codes(TUESDAY)).toEqual(['confirmed', 'imported'])
    expect(await texts(TUESDAY)).not.toContain('they were active')
    world.at('2026-11-25T07:00:10Z')
    expect(await codes('2026-11-25')).toEqual(['confirmed', 'imported', 'due'])
    expect(await texts('2026-11-25')).toContain('they were active')
  })

  test('is that the address is unknown, and whether it is suppressed', async () => {
    await expect(world.explain()).rejects.toMatchObject({ code: 'subscriber.unknown', exit: 1 })
    await suppress(world.at(HOUR).deps, { email: EMAIL, reason: 'dead' })
    await expect(world.explain()).rejects.toMatchObject({
      code: 'subscriber.unknown-suppressed',
      exit: 1,
      message: expect.stringContaining('it is suppressed (dead, since 2026-11-24T07:00:10.000Z)'),
    })
    await expect(explainSubscriber(world.deps, { email: 'anna' })).rejects.toMatchObject({ exit: 2 })
  })
})

describe('the explanation of no email, because of the date or the service,', () => {
  test('is that the date is not one of their days, or not due yet', async () => {
    await untilMonday()
    await expectVerdict(
      '2026-11-28',
      'not-their-day',
      'Nothing is due on a Saturday: their days are Monday to Friday.',
    )
    await expectVerdict(TUESDAY, 'not-due-yet', '08:00 Europe/Paris (07:00 UTC), in 24 hours')
  })

  test('is that the hour has passed and no scheduler ticks', async () => {
    await untilTuesday()
    world.at('2026-11-24T08:30:00Z')
    await expectVerdict(
      undefined,
      'not-planned',
      'the schedule has not ticked for two days. Check that the service is running.',
    )
    await world.db.tick.create({ data: { name: 'minute', slot: new Date('2026-11-24T06:59:00Z') } })
    await expectVerdict(TUESDAY, 'not-planned', 'the newest tick was at 24 Nov 2026, 06:59:00 UTC')
  })

  test('is that the digest waits for papers that usually are there by then', async () => {
    await untilTuesday()
    for (const day of ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']) {
      const came = { source: 'huggingface', day, papers: 20, now: new Date(`${day}T00:40:00Z`) }
      await recordSuccessfulFetch(world.db, came)
    }
    world.at('2026-11-24T08:30:00Z')
    await expectVerdict(
      TUESDAY,
      'waits',
      'waiting for Hugging Face, until 24 Nov 2026, 10:00:00 UTC at the latest',
    )
    world.at('2026-11-24T10:00:00Z')
    await expectVerdict(TUESDAY, 'not-planned', 'Check that the service is running.')
  })

  test('is that nothing is planned after a restore until delivery is resumed', async () => {
    await untilTuesday()
    const restored = { value: 'restored', reason: 'restored', at: new Date('2026-11-24T05:00:00Z') }
    await setSwitch(world.db, 'delivery', restored)
    await expectVerdict(TUESDAY, 'restored', 'because the database was restored (24 Nov 2026, 05:00:00 UTC)')
  })

  test('is that the service was down for more than 20 hours', async () => {
    await untilTuesday()
    await world.at('2026-11-25T08:00:00Z').run()
    await expectVerdict(
      TUESDAY,
      'missed',
      'it was not planned within 20 hours of 08:00 Europe/Paris (07:00 UTC)',
    )
    expect(await texts(TUESDAY)).toContain('Opened late')
  })

  test('is that a change skipped the hour', async () => {
    await untilMonday()
    world.at('2026-11-24T10:00:00Z')
    const { id, epoch } = await world.db.subscriber.findFirstOrThrow()
    const link = { purpose: 'manage', id, epoch, issuedAt: world.deps.clock.now() } as const
    const token = signLink(link, world.deps.config.APP_SECRET[0]!)
    await world.db.subscriber.updateMany({ data: { hour: 20 } })
    await world.db.digest.deleteMany({ where: { localDate: new Date(TUESDAY) } })
    await changeByLink(world.deps, token, () => ({ days: ['wed'] }))
    await changeByLink(world.deps, token, () => ({ days: ['tue'], hour: 6 }))
    await world.at('2026-11-24T12:00:00Z').run()
    await expectVerdict(
      TUESDAY,
      'rescheduled',
      'a change of their hour, days or zone skipped that date’s hour',
    )
    expect(await texts(TUESDAY)).toContain('A change: hour 20 to 6; days wed to tue.')
  })

  test('is that digests of that date were pruned', async () => {
    await world.at(FRIDAY_BEFORE).add()
    world.at('2027-06-01T12:00:00Z')
    await expectVerdict(TUESDAY, 'not-kept', 'digests are kept for 90 days (KEEP_DAYS)')
  })
})

test('the explanation as text begins with the verdict, and has lines of up to 80 columns', async () => {
  await untilTuesday()
  await world.run({
    rcpt: '550 5.7.1 a long answer of a server that has much to say about its policy and why it does not like this mail',
  })
  const lines = textOfExplanation(await world.explain()).split('\n')
  expect(lines[0]).toMatch(/^Not sent: the mail server refused it: 550 5\.7\.1/)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.find((line) => line.startsWith('2026-11-24 07:00:00  Their hour came'))).toBeDefined()
})

test('`subscribers explain` prints the same as JSON', async () => {
  await untilTuesday()
  await world.run()
  const explain = (...args: string[]) => runCommand(world.deps, ['subscribers', 'explain', ...args])
  const { json } = await explain(EMAIL, '--date', TUESDAY)
  expect(json).toMatchObject({
    subscriber: {
      email: EMAIL,
      state: 'active',
      zone: 'Europe/Paris',
      hour: 8,
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    },
    date: TUESDAY,
    verdict: { code: 'accepted' },
    steps: expect.arrayContaining([
      { at: '2026-11-24T07:00:00.000Z', code: 'due', text: expect.any(String) },
      { at: null, code: 'topic', text: expect.stringContaining('linear attention') },
    ]),
  })
})

test('the explanation has the Message-ID of the email, with the capitals of MAIL_FROM', async () => {
  world.set({ MAIL_FROM: 'papers@Lab.Example' })
  await untilMonday()
  expect(await texts(MONDAY)).toContain('@Lab.Example>')
})
