import { describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../src/account/change-by-operator.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { openResubscribe, resubscribe, undoTokenFor, unsubscribe } from '../../../src/account/unsubscribe.ts'
import { suppress, unsuppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
import { confirmToken, post, unsubscribeToken, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'

const site = useSite()

const stateOf = async () => (await site.db.subscriber.findFirst({ where: { address: EMAIL } }))?.state

const events = async () =>
  (await site.db.consent.findMany({ orderBy: { id: 'asc' } })).map(({ event }) => event)

/** An active subscriber; returns the token of the link in their mails. */
async function active(): Promise<string> {
  await addSubscriber(site.deps, { email: EMAIL, topics: ['robots'], consent: 'on paper' })
  return unsubscribeToken(site, EMAIL)
}

async function press(token: string, how: 'page' | 'one-click' = 'page'): Promise<string | null> {
  await unsubscribe(site.deps, { token, how })
  return undoTokenFor(site.deps, token)
}

describe('unsubscribing', () => {
  test('ends it with a consent row, once', async () => {
    const token = await active()
    await press(token, 'one-click')
    expect(await stateOf()).toBe('unsubscribed')
    expect(await events()).toEqual(['confirmed', 'unsubscribed'])
    const after = await checksums(site.db)
    await press(token, 'one-click')
    expect(await checksums(site.db)).toEqual(after)
  })

  test('by one click asks the database for nothing that no reader gets', async () => {
    const token = await active()
    const reads: string[] = []
    const noting = site.db.$extends({
      query: {
        $allModels: {
          $allOperations({ model, operation, args, query }) {
            if (!/^(create|update|delete|upsert)/.test(operation)) reads.push(`${model}.${operation}`)
            return query(args)
          },
        },
      },
    })
    await unsubscribe(
      { ...site.deps, db: noting as unknown as typeof site.deps.db },
      { token, how: 'one-click' },
    )
    expect(await stateOf()).toBe('unsubscribed')
    // Inside the transaction, once it is locked.
    expect(reads).toEqual(['Subscriber.findUnique'])
  })

  test('works from an email of years ago, of an earlier epoch', async () => {
    const token = await active()
    await site.db.subscriber.updateMany({ data: { epoch: 7 } })
    site.clock.moveTo(new Date('2046-01-01T00:00:00Z'))
    await press(token)
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('a suppressed address stays suppressed, and nothing starts again when that is lifted', async () => {
    const token = await active()
    await suppress(site.deps, { email: EMAIL, reason: 'dead' })
    await press(token)
    expect(await stateOf()).toBe('suppressed')
    await unsuppress(site.deps, { email: EMAIL })
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('with a link that is not ours is no error and changes nothing', async () => {
    const token = await active()
    await post(site, '/subscribe', { email: 'bob@example.com' })
    const confirming = await confirmToken(site, 'bob@example.com')
    const before = await checksums(site.db)
    for (const foreign of ['', 'x', token.toLowerCase(), `${token.slice(0, -4)}AAAA`, confirming]) {
      expect(await press(foreign)).toBeNull()
    }
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('undoing it', () => {
  test('leads back to the state before, with no day counted as missed', async () => {
    const undo = await press(await active())
    site.clock.moveTo(new Date('2026-12-10T09:00:00Z'))
    await resubscribe(site.deps, undo!)
    expect(await stateOf()).toBe('active')
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      startDate: new Date('2026-12-11T00:00:00Z'),
      stateBefore: null,
      epoch: 0,
    })
    expect(await events()).toEqual(['confirmed', 'unsubscribed', 'resubscribed'])
    const after = await checksums(site.db)
    await resubscribe(site.deps, undo!)
    expect(await checksums(site.db)).toEqual(after)
  })

  test('a paused subscriber is paused again', async () => {
    const token = await active()
    await pauseSubscriber(site.deps, { email: EMAIL, until: '2027-01-01' })
    const undo = await press(token)
    await resubscribe(site.deps, undo!)
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      state: 'paused',
      pausedUntil: new Date('2027-01-01T00:00:00Z'),
    })
  })

  test('ends after 30 days', async () => {
    const undo = await press(await active())
    site.clock.moveTo(new Date('2026-12-24T12:00:00Z'))
    await expect(resubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'link.expired' })
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('is offered after a press, also after a double press, but not from an old email that was forwarded', async () => {
    const token = await active()
    const first = await press(token)
    expect(await press(token)).toBe(first)
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    expect(await press(token)).toBeNull()
  })

  test('is void after a new confirmation', async () => {
    const undo = await press(await active())
    await addSubscriber(site.deps, { email: EMAIL, topics: [], consent: 'on paper' })
    await expect(openResubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'link.outdated' })
  })

  test('is refused for a suppressed address', async () => {
    const undo = await press(await active())
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await expect(resubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'subscriber.suppressed' })
  })
})
