import { beforeEach, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { requestManageLink, subscribe } from '../../../src/account/signup/subscribe.ts'
import { DAY_MS } from '../../../src/core/dates.ts'
import { pruneRows } from '../../../src/operator/prune.repo.ts'
import { mailboxOf } from '../../../src/subscribers/address.ts'
import {
  endBackOff,
  forgetEmailLimits,
  takeEmailPermit,
} from '../../../src/subscribers/transactional-message.ts'
import { everyRow } from '../../support/every-row.ts'
import { confirmToken, NOW, useSite } from '../../support/site.ts'

const site = useSite()
const ANN = 'ann@example.com'
const IP = '203.0.113.9'
const at = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

const take = (key: string, days = 0, isConfirmed = false) =>
  takeEmailPermit(site.db, site.deps.config, { key, isConfirmed, now: at(days) })

/** How many of ten emails go, asked for at that time. */
async function taken(days: number, key = ANN, isConfirmed = false): Promise<number> {
  let count = 0
  for (let n = 0; n < 10; n++) if (await take(key, days + n / 10_000, isConfirmed)) count++
  return count
}

describe('one mailbox', () => {
  test.each([
    ['a tag', 'ann+1@example.com', 'ann+2+x@example.com', ANN],
    ['dots at Gmail', 'a.nn@gmail.com', 'an.n+x@gmail.com', 'ann@gmail.com'],
    ['both domains of Gmail', 'ann@googlemail.com', 'a.n.n@gmail.com', 'ann@gmail.com'],
  ])('has several spellings with %s', (_what, one, other, mailbox) => {
    expect([mailboxOf(one), mailboxOf(other)]).toEqual([mailbox, mailbox])
  })

  test('does not include dots elsewhere, nor another name or domain', () => {
    const keys = ['a.nn@example.com', 'ann@example.com', 'ben@example.com', 'ann@mail.example.com']
    expect(new Set(keys.map(mailboxOf)).size).toBe(4)
  })
})

describe('an unconfirmed address', () => {
  test('gets two emails a day, then two a week, then one a month', async () => {
    const counts: [number, number][] = []
    for (const day of [0, 0.5, 1.01, 2.02, 5, 9, 12, 15, 20, 38, 39.5, 45, 69, 99]) {
      const count = await taken(day)
      if (count > 0) counts.push([day, count])
    }
    expect(counts).toEqual([
      [0, 2],
      [1.01, 2],
      [9, 2],
      [39.5, 1],
      [99, 1],
    ])
  })

  test('gets as many emails for all its spellings', async () => {
    let count = 0
    for (let n = 0; n < 12; n++) {
      const key = n % 2 ? `ann+${n}@googlemail.com` : `a.n.n+${n}@gmail.com`
      if (await take(key, n / 1000)) count++
    }
    expect(count).toBe(2)
  })

  test('gets a second email at any time', async () => {
    expect([await take(ANN), await take(ANN, 20), await take(ANN, 21)]).toEqual([true, true, false])
  })

  test('gets two emails for twenty requests at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => take(`ann+${n}@example.com`)))
    expect(all.filter(Boolean)).toHaveLength(2)
  })

  test('gets no more emails after the clock was set back', async () => {
    expect([await taken(0), await taken(-1)]).toEqual([2, 0])
  })

  test('has its history stored as a hash for 180 days after the last email', async () => {
    await taken(0)
    const rows = await site.db.emailLimit.findMany()
    expect(rows).toMatchObject([{ key: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    const [kept, unconfirmed, empty] = [at(0), at(0), at(0)]
    const pruned = async (now: Date, dryRun: boolean) =>
      (await pruneRows(site.db, { now, kept, unconfirmed, empty }, { dryRun })).emailLimits
    expect(await pruned(at(180), true)).toBe(0)
    expect(await pruned(at(180.1), false)).toBe(1)
  })
})

describe('a confirmed subscriber', () => {
  test('gets two emails a day at all times, including the day of the confirmation', async () => {
    expect(await take(ANN)).toBe(true)
    await endBackOff(site.db, site.deps.config, { key: ANN, now: at(0) })
    expect([await taken(0.1, ANN, true), await taken(1.2, ANN, true)]).toEqual([1, 2])
    for (const day of [20, 21, 22]) expect(await taken(day, ANN, true)).toBe(2)
  })

  test('gets their link, whatever a stranger requests with other spellings', async () => {
    await subscribe(site.deps, { ...asked(ANN), ip: IP })
    await confirm(site.deps, await confirmToken(site, ANN))
    for (const day of [1, 2, 3, 4]) {
      site.clock.moveTo(at(day))
      for (const tag of [1, 2, 3])
        await requestManageLink(site.deps, { email: `ann+${tag}@example.com`, ip: IP })
      await requestManageLink(site.deps, { email: ANN, ip: IP })
    }
    const mails = await site.db.message.findMany({ where: { deadline: { gt: at(5) } } })
    const going = await site.db.message.groupBy({
      by: ['kind'],
      where: { deadline: { gt: site.db.message.fields.datedAt }, kind: { not: 'welcome' } },
      _count: true,
      orderBy: { kind: 'asc' },
    })
    expect(mails.length).toBeGreaterThan(0)
    // One confirmation is their own; of the stranger's twelve, four went.
    expect(going.map(({ kind, _count }) => [kind, _count])).toEqual([
      ['confirmation', 1 + 4],
      ['manage-link', 4],
    ])
  })
})

const asked = (email: string) => ({
  address: { address: email, key: email },
  request: {
    topics: [],
    zone: 'UTC',
    hour: 8,
    days: ['mon' as const],
    maxPapers: 5,
    format: 'html' as const,
    detail: 'full' as const,
    related: false,
  },
  how: 'page' as const,
})

describe('erasing a subscriber', () => {
  beforeEach(async () => {
    await subscribe(site.deps, { ...asked(ANN), ip: IP })
  })

  test('deletes the history', async () => {
    await eraseSubscriber(site.deps, { email: ANN })
    expect(await site.db.emailLimit.count()).toBe(0)
  })

  test('deletes the history of the address under both keys', async () => {
    await take(ANN, 0, true)
    expect(await site.db.emailLimit.count()).toBe(2)
    await forgetEmailLimits(site.db, site.deps.config, ANN)
    expect((await everyRow(site.db)).filter((row) => row.startsWith('public.email_limit'))).toEqual([])
  })
})
