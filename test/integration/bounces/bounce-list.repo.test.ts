import { beforeEach, expect, test } from 'vitest'
import {
  bouncesOfMessages,
  bouncesOfSubscriber,
  countBounces,
  countBouncesByDay,
  countBouncesByDomain,
  newestBounces,
} from '../../../src/bounces/bounce-list.repo.ts'
import { countUnreadable, waitingReports } from '../../../src/bounces/report.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { addSubscribers, at, enqueueGoodbyes, messagesIn } from '../../support/messages.ts'
import { cameBack, leaveReport } from '../../support/returns.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const DAY = { from: at('00:00'), before: new Date('2026-11-25T00:00:00Z') }

test('the bounces of messages and of a subscriber are listed oldest first, with the kind of message', async () => {
  const { db } = database
  await enqueueGoodbyes(db, 'transactional', 2)
  const [one, other] = (await messagesIn(db)).map(({ id }) => id)
  await cameBack(db, at('09:00'), { messageId: one, subscriberId: 's1', class: 'full' })
  await cameBack(db, at('08:30'), { messageId: one, subscriberId: 's1', isRead: false, class: 'unknown' })
  await cameBack(db, at('08:45'), {
    messageId: 'gone',
    subscriberId: 's1',
    channel: 'ses',
    class: 'complaint',
  })
  await cameBack(db, at('08:50'), { messageId: other, subscriberId: 's2' })
  expect(await bouncesOfMessages(db, [one!])).toMatchObject([
    { at: at('08:30'), isRead: false, kind: 'goodbye', channel: 'lmtp' },
    { at: at('09:00'), isRead: true, class: 'full', n: 0 },
  ])
  expect(await bouncesOfMessages(db, [])).toEqual([])
  expect((await bouncesOfSubscriber(db, 's1')).map(({ kind, channel: way }) => [kind, way])).toEqual([
    ['goodbye', 'lmtp'],
    [null, 'ses'],
    ['goodbye', 'lmtp'],
  ])
})

test('pages of bounces have each once, newest first, also with equal times and during inserts', async () => {
  const { db } = database
  const ids: number[] = []
  for (const time of ['08:00', '09:00', '09:00', '09:00', '10:00']) ids.push(await cameBack(db, at(time), {}))
  const seen: number[] = []
  for (let after: Awaited<ReturnType<typeof newestBounces>>[number] | undefined; ; ) {
    const rows = await newestBounces(db, { most: 2, after })
    seen.push(...rows.map(({ reportId }) => reportId))
    after = rows.at(-1)
    if (rows.length < 2) break
    await cameBack(db, at('11:00'), {})
  }
  expect(seen).toEqual([ids[4], ids[1], ids[2], ids[3], ids[0]])
})

test('bounces are filtered by class, domain and start', async () => {
  const { db } = database
  await cameBack(db, at('08:00'), { class: 'dead', domain: 'a.example' })
  await cameBack(db, at('09:00'), { class: 'full', domain: 'a.example' })
  await cameBack(db, at('10:00'), { class: 'full', domain: 'b.example' })
  const found = async (filter: object) =>
    (await newestBounces(db, { most: 9, ...filter })).map((one) => `${one.class} ${one.domain}`)
  expect(await found({})).toEqual(['full b.example', 'full a.example', 'dead a.example'])
  expect(await found({ class: 'full' })).toEqual(['full b.example', 'full a.example'])
  expect(await found({ domain: 'a.example', class: 'full' })).toEqual(['full a.example'])
  expect(await found({ from: at('09:30') })).toEqual(['full b.example'])
})

test('bounces are counted by class, day and the domains with the most', async () => {
  const { db } = database
  await addSubscribers(db, 1)
  for (const [kind, domain] of [
    ['dead', 'big.example'],
    ['dead', 'big.example'],
    ['full', 'big.example'],
    ['full', 'small.example'],
    ['complaint', null],
  ] as const)
    await cameBack(db, at('08:00'), { class: kind, domain })
  await cameBack(db, new Date('2026-11-25T00:00:00Z'), { class: 'dead' })
  expect(await countBounces(db, DAY)).toEqual([
    { class: 'dead', count: 2 },
    { class: 'full', count: 2 },
    { class: 'complaint', count: 1 },
  ])
  expect(await countBouncesByDomain(db, { ...DAY, domains: 1 })).toEqual([
    { domain: 'big.example', class: 'dead', count: 2 },
    { domain: 'big.example', class: 'full', count: 1 },
  ])
  const byDay = await countBouncesByDay(db, { ...DAY, before: new Date('2026-11-26T00:00:00Z') })
  expect(byDay.filter((one) => one.class === 'dead').toSorted((a, b) => a.day.localeCompare(b.day))).toEqual([
    { day: '2026-11-24', class: 'dead', count: 2 },
    { day: '2026-11-25', class: 'dead', count: 1 },
  ])
})

test('waiting and unreadable reports are counted, with the oldest that waits', async () => {
  const { db } = database
  expect(await waitingReports(db)).toEqual({ count: 0, oldest: null })
  await leaveReport(db, at('08:10'))
  await leaveReport(db, at('08:05'), 'brevo')
  await cameBack(db, at('07:00'), { isRead: false, class: 'unknown' })
  await cameBack(db, at('07:00'), {})
  expect(await waitingReports(db)).toEqual({ count: 2, oldest: at('08:05') })
  expect(await countUnreadable(db, at('07:00'))).toBe(1)
  expect(await countUnreadable(db, at('07:01'))).toBe(0)
})
