import { afterAll, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readReports } from '../../../../src/bounces/read-reports.ts'
import { insertReport } from '../../../../src/bounces/report.repo.ts'
import { openReportReader } from '../../../../src/bounces/report-reader.ts'
import { returnAddress } from '../../../../src/subscribers/return-address.ts'
import { deliveryReport } from '../../../support/bounce-emails.ts'
import { runCommand } from '../../../support/commands.ts'
import { EMAIL, useExplainWorld } from './explain-world.ts'

const world = useExplainWorld()
const reader = openReportReader()
afterAll(() => reader.close())

const TUESDAY = '2026-11-24'
const HOUR = '2026-11-24T07:00:10Z'

/** The server accepted Anna's email of Tuesday. */
async function untilTuesday(): Promise<void> {
  await world.at('2026-11-20T09:00:00Z').add()
  await world.at('2026-11-23T23:00:00Z').papers('2026-11-23', ['Robots with Linear Attention'])
  await world.at(HOUR).run()
}

/** A report about the newest email of that kind arrives at its envelope sender, and is read. */
async function comesBack(
  instant: string,
  said: string,
  { kind = 'digest', recipient = EMAIL, action = 'failed' as 'failed' | 'delayed' } = {},
): Promise<string> {
  const { deps } = world.at(instant)
  const { id } = await world.db.message.findFirstOrThrow({ where: { kind }, orderBy: { datedAt: 'desc' } })
  const to = returnAddress({ purpose: 'bounce', id }, deps.config.APP_SECRET[0]!, 'bounce.example')
  const raw = deliveryReport({ recipient, said, action })
  await insertReport(world.db, { channel: 'lmtp', recipient: to, raw, at: deps.clock.now() })
  await readReports({ ...deps, reader })
  return id
}

const textsOf = async (date?: string) => (await world.explain(date)).steps.map(({ text }) => text).join('\n')

describe('an accepted email that bounced', () => {
  test('because the mailbox is full says that the subscriber was paused', async () => {
    await untilTuesday()
    await comesBack('2026-11-24T07:03:00Z', '552 5.2.2 mailbox full')
    const { verdict, steps } = await world.explain(TUESDAY)
    expect(verdict).toEqual({
      code: 'came-back',
      text: expect.stringMatching(
        /^Sent, then returned: mailbox full or disabled \(5\.2\.2\); the mail server accepted it at 24 Nov 2026, 07:00:10 UTC, and a report arrived at 24 Nov 2026, 07:03:00 UTC: .*552 5\.2\.2 mailbox full/,
      ),
    })
    const codes = steps.map(({ code }) => code)
    expect(codes.indexOf('bounce-full')).toBeGreaterThan(codes.indexOf('accepted'))
    const times = steps.flatMap(({ at }) => at?.getTime() ?? [])
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(await textsOf(TUESDAY)).toContain('They paused (mailbox full).')
    expect(await textsOf(TUESDAY)).toContain(
      'found by the token in its envelope sender; they were paused for a week.',
    )
    expect(await textsOf(TUESDAY)).not.toContain(EMAIL)
  })

  test('an unproven report of a dead address says why nothing was done', async () => {
    await untilTuesday()
    await comesBack('2026-11-24T07:03:00Z', '550 User unknown')
    expect((await world.explain(TUESDAY)).verdict.code).toBe('came-back')
    expect(await textsOf(TUESDAY)).toContain(
      'no action yet: a second such report on another day suppresses the address.',
    )
  })

  test('after being forwarded names the mailbox that refused it', async () => {
    await untilTuesday()
    await comesBack('2026-11-24T07:03:00Z', '550 5.1.1 not here', { recipient: 'old@elsewhere.example' })
    expect(await textsOf(TUESDAY)).toContain(
      'no action: it is about another mailbox, to which theirs forwards.',
    )
    expect((await world.explain('2026-11-25')).verdict.code).not.toBe('suppressed')
  })

  test('delayed only: it is still sent', async () => {
    await untilTuesday()
    await comesBack('2026-11-24T11:03:00Z', '451 4.4.1 no answer', { action: 'delayed' })
    expect((await world.explain(TUESDAY)).verdict.code).toBe('accepted')
    expect(await textsOf(TUESDAY)).toContain('Delayed: their server is still trying to deliver it')
  })
})

describe('a subscriber who was suppressed by a report', () => {
  test('the verdict names it, and the steps include it although it is about another date', async () => {
    await untilTuesday()
    const id = await comesBack('2026-11-24T07:03:00Z', '550 5.1.1 no such user here')
    const { verdict, steps } = await world.at('2026-12-01T12:00:00Z').explain('2026-12-01')
    expect(verdict).toEqual({
      code: 'suppressed',
      text: `Nothing was due: the address was suppressed since 24 Nov 2026, 07:03:00 UTC (dead, by the report that came at 24 Nov 2026, 07:03:00 UTC for digest ${id}).`,
    })
    expect(steps.find(({ code }) => code === 'bounce-dead')?.text).toMatch(
      new RegExp(`^For digest ${id}: Returned: no such mailbox .*; the address was suppressed\\.$`),
    )
  })
})

describe('an unconfirmed subscriber', () => {
  test('the confirmation email bounced: the sign-up was dropped', async () => {
    await addSubscriber(world.at('2026-11-23T09:00:00Z').deps, { email: EMAIL, topics: [] })
    await world.run()
    await comesBack('2026-11-23T09:05:00Z', '550 User unknown', { kind: 'confirmation' })
    expect(await textsOf()).toContain('the sign-up was dropped.')
    const { verdict } = await world.at('2026-11-24T12:00:00Z').explain()
    expect(verdict).toEqual({
      code: 'confirmation-came-back',
      text: expect.stringMatching(
        /^Nothing was due: they asked at 23 Nov 2026, 09:00:00 UTC, and the email was returned: no such mailbox/,
      ),
    })
    expect(await textsOf()).toContain('the sign-up was dropped.')
  })
})

test('messages show prints the whole history with the bounce', async () => {
  await untilTuesday()
  const id = await comesBack('2026-11-24T07:03:00Z', '550 5.1.1 no such user here')
  const { text, json } = await runCommand(world.deps, ['messages', 'show', id])
  expect(text.split('\n')[0]).toBe(
    `${id}: digest to a•••@lab.example, accepted, then returned: no such mailbox (5.1.1)`,
  )
  expect(text).toContain('2026-11-24 07:03:00  Returned: no such mailbox (5.1.1)')
  expect(json).toMatchObject({
    state: 'accepted',
    bounces: [
      {
        at: '2026-11-24T07:03:00.000Z',
        class: 'dead',
        status: '5.1.1',
        domain: 'lab.example',
        channel: 'lmtp',
        foundBy: 'token',
        effect: 'suppressed',
        message: id,
      },
    ],
  })
})
