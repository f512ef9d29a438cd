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

/** An active subscriber; returns the token of the link in their emails. */
async function active(): Promise<string> {
  await addSubscriber(site.deps, { email: EMAIL, topics: ['robots'], consent: 'on paper' })
  return unsubscribeToken(site, EMAIL)
}

async function press(token: string, how: 'page' | 'one-click' = 'page'): Promise<string | null> {
  await unsubscribe(site.deps, { token, how })
  return undoTokenFor(site.deps, token)
}

describe('`unsubscribe`', () => {
  test('ends the subscription with one consent', async () => {
    const token = await active()
    await press(token, 'one-click')
    expect(await stateOf()).toBe('unsubscribed')
    expect(await events()).toEqual(['confirmed', 'unsubscribed'])
    const after = await checksums(site.db)
    await press(token, 'one-click')
    expect(await checksums(site.db)).toEqual(after)
  })

  test('by one click runs no statement whose result is not used', async () => {
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

  test('works with a link of years ago and of an earlier epoch', async () => {
    const token = await active()
    await site.db.subscriber.updateMany({ data: { epoch: 7 } })
    site.clock.moveTo(new Date('2046-01-01T00:00:00Z'))
    await press(token)
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('leaves a suppressed address suppressed, and lifting it restarts nothing', async () => {
    const token = await active()
    await suppress(site.deps, { email: EMAIL, reason: 'dead' })
    await press(token)
    expect(await stateOf()).toBe('suppressed')
    await unsuppress(site.deps, { email: EMAIL })
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('with an unknown link is no error, and changes nothing', async () => {
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

describe('`resubscribe`', () => {
  test('restores the state before, without missed days', async () => {
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

  test('restores a pause', async () => {
    const token = await active()
    await pauseSubscriber(site.deps, { email: EMAIL, until: '2027-01-01' })
    const undo = await press(token)
    await resubscribe(site.deps, undo!)
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      state: 'paused',
      pausedUntil: new Date('2027-01-01T00:00:00Z'),
    })
  })

  test('does not work after 30 days', async () => {
    const undo = await press(await active())
    site.clock.moveTo(new Date('2026-12-24T12:00:00Z'))
    await expect(resubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'link.expired' })
    expect(await stateOf()).toBe('unsubscribed')
  })

  test('is offered after one or two presses, but not to the reader of an old email', async () => {
    const token = await active()
    const first = await press(token)
    expect(await press(token)).toBe(first)
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    expect(await press(token)).toBeNull()
  })

  test('does not work after a new confirmation', async () => {
    const undo = await press(await active())
    await addSubscriber(site.deps, { email: EMAIL, topics: [], consent: 'on paper' })
    await expect(openResubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'link.outdated' })
  })

  test('fails for a suppressed address', async () => {
    const undo = await press(await active())
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await expect(resubscribe(site.deps, undo!)).rejects.toMatchObject({ code: 'subscriber.suppressed' })
  })
})
