import { describe, expect, test } from 'vitest'
import { confirm, openConfirmation } from '../../../../src/account/signup/confirm.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { words } from '../../../../src/i18n/words.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../../support/checksums.ts'
import { confirmToken, post, useSite } from '../../../support/site.ts'

const EMAIL = 'ann@example.com'

const site = useSite()

async function asked(fields: object = {}): Promise<string> {
  await post(site, '/subscribe', { email: EMAIL, ...fields })
  return confirmToken(site, EMAIL)
}

describe('`confirm`', () => {
  test('subscribes to exactly what was requested, once', async () => {
    const fields = {
      topic: ['robots', 'vision'],
      zone: 'Asia/Tokyo',
      hour: 9,
      days: ['tue', 'sat'],
      max: 5,
      format: 'text',
    }
    const token = await asked(fields)
    expect(await confirm(site.deps, token)).toBe(true)
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      state: 'active',
      zone: 'Asia/Tokyo',
      hour: 9,
      days: ['tue', 'sat'],
      maxPapers: 5,
      format: 'text',
      confirmedAt: site.clock.now(),
      startDate: new Date('2026-11-25T00:00:00Z'),
      epoch: 0,
    })
    const after = await checksums(site.db)
    expect(await confirm(site.deps, token)).toBe(false)
    expect(await checksums(site.db)).toEqual(after)
  })

  test('reads the sign-up once before its transaction and once in it', async () => {
    const token = await asked({ topic: 'robots' })
    let reads = 0
    const counting = site.db.$extends({
      query: {
        signup: {
          findUnique({ args, query }) {
            reads++
            return query(args)
          },
        },
      },
    })
    expect(await confirm({ ...site.deps, db: counting as unknown as typeof site.deps.db }, token)).toBe(true)
    expect(reads).toBe(2)
  })

  test('makes one subscription and one consent of ten calls at once', async () => {
    const token = await asked({ topic: 'robots' })
    const pressed = await Promise.all(Array.from({ length: 10 }, () => confirm(site.deps, token)))
    expect(pressed.filter(Boolean)).toHaveLength(1)
    expect(await site.db.topic.count()).toBe(1)
    expect(await site.db.consent.count({ where: { event: 'confirmed' } })).toBe(1)
  })

  test('does not subscribe again with a link that was used before an unsubscribe', async () => {
    const token = await asked()
    await confirm(site.deps, token)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    expect(await confirm(site.deps, token)).toBe(false)
    expect((await openConfirmation(site.deps, token)).subscriber.state).toBe('unsubscribed')
  })

  test('fails for a suppressed address, and changes nothing', async () => {
    const token = await asked()
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    const before = await checksums(site.db)
    await expect(confirm(site.deps, token)).rejects.toMatchObject({ code: 'subscriber.suppressed' })
    expect(await checksums(site.db)).toEqual(before)
  })

  test('adds topics up to the limit, and its page lists those that were left out', async () => {
    const many = Array.from({ length: 20 }, (_, n) => `topic${n}`)
    await confirm(site.deps, await asked({ topic: many }))
    const token = await asked({ topic: 'topic0, extra' })
    await confirm(site.deps, token)
    expect(await site.db.topic.count()).toBe(20)
    const page = await site.app.inject({ url: `/confirm/${token}/done` })
    expect(page.body).toContain(words.confirmed.leftOut)
    expect(page.body).toContain('extra')
  })

  test('works until the end of the seventh day', async () => {
    const token = await asked()
    site.clock.moveTo(new Date('2026-12-01T11:59:59Z'))
    expect(await confirm(site.deps, token)).toBe(true)
  })
})
