import { beforeEach, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import type { ServiceDeps } from '../../../../src/core/deps.ts'
import { randomId } from '../../../../src/core/secrets.ts'
import { words } from '../../../../src/i18n/words.ts'
import { type LinkPurpose, signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { problemsOf } from '../../../support/problems-of.ts'
import { NOW, subscribeThroughSite, unsubscribeToken, useSite } from '../../../support/site.ts'

const HOUR_MS = 3600 * 1000
const EMAIL = 'ann@example.com'
const OTHER_SECRET = 'the-secret-of-another-process-of-32-bytes'

const site = useSite()
let hours = 0
// After five unknown links a process pauses for a minute: each test begins later than that.
beforeEach(() => site.clock.moveTo(new Date(NOW.getTime() + ++hours * HOUR_MS)))

const press = (token: string, app = site.app) => app.inject({ method: 'POST', url: `/unsubscribe/${token}` })
const stateOf = async () => (await site.db.subscriber.findFirst())?.state

/** The token of a link for the only subscriber; without a subscriber, for an id that does not exist. */
async function tokenSignedWith(secret: string, purpose: LinkPurpose = 'unsubscribe'): Promise<string> {
  const id = (await site.db.subscriber.findFirst())?.id ?? randomId(80)
  return signLink({ purpose, id, epoch: 0, issuedAt: site.clock.now() }, secret)
}

const problems = () => problemsOf(site.deps, 'unknown-links')

describe('one click with a link signed with a known secret', () => {
  test('gets 200 if the subscription ended long ago', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    await press(token)
    site.clock.moveTo(new Date('2028-01-01T00:00:00Z'))
    expect((await press(token)).statusCode).toBe(200)
  })

  test('gets 200 if the subscriber was erased', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect((await press(token)).statusCode).toBe(200)
  })

  test('unsubscribes with the older secret of a rotation', async () => {
    await subscribeThroughSite(site, EMAIL)
    const { config } = site.deps
    const app = buildServer({
      ...site.deps,
      config: { ...config, APP_SECRET: [OTHER_SECRET, ...config.APP_SECRET] },
    })
    expect((await press(await unsubscribeToken(site, EMAIL), app)).statusCode).toBe(200)
    expect(await stateOf()).toBe('unsubscribed')
    await app.close()
  })

  test('gets 404 for another purpose', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await tokenSignedWith(site.deps.config.APP_SECRET[0]!, 'manage')
    expect((await press(token)).statusCode).toBe(404)
    expect(await stateOf()).toBe('active')
  })
})

describe('one click with a link signed with another secret', () => {
  test('gets 404 and does not unsubscribe', async () => {
    await subscribeThroughSite(site, EMAIL)
    const { statusCode, body } = await press(await tokenSignedWith(OTHER_SECRET))
    expect([statusCode, body.includes(words.unsubscribe.ended.title)]).toEqual([404, false])
    expect(await stateOf()).toBe('active')
  })

  test('is a problem from the fifth within an hour until two hours after the last', async () => {
    const token = await tokenSignedWith(OTHER_SECRET)
    for (let n = 0; n < 4; n++) await press(token)
    expect(await problems()).toEqual([])
    for (let n = 0; n < 20; n++) await press(token)
    expect(await problems()).toHaveLength(1)
    await site.db.$executeRaw`update bucket set at = at - interval '121 minutes'`
    expect(await problems()).toEqual([])
  })

  test('writes the same rows for any number of links, and none if the token has another form', async () => {
    const rows = async () => [await site.db.bucket.count(), await site.db.switch.count()]
    for (let n = 0; n < 20; n++) await press(`${randomId(256)}${randomId(256)}`)
    expect(await rows()).toEqual([0, 0])
    for (let n = 0; n < 30; n++) await press(await tokenSignedWith(`${OTHER_SECRET}${n}`))
    expect(await rows()).toEqual([1, 1])
  })

  test('costs few statements for hundreds at once, and is counted again a minute later', async () => {
    const statements: string[] = []
    const db = site.db.$extends({
      query: {
        $allOperations({ operation, args, query }) {
          statements.push(operation)
          return query(args)
        },
      },
    })
    const app = buildServer({ ...site.deps, db: db as unknown as ServiceDeps['db'] })
    const token = await tokenSignedWith(OTHER_SECRET)
    const pressMany = async () => {
      statements.length = 0
      const replies = await Promise.all(Array.from({ length: 250 }, () => press(token, app)))
      expect(new Set(replies.map(({ statusCode }) => statusCode))).toEqual(new Set([404]))
      return statements.length
    }
    expect(await pressMany()).toBeLessThan(15)
    expect(await problems()).toHaveLength(1)
    expect(await pressMany()).toBe(0)
    site.clock.moveTo(new Date(site.clock.now().getTime() + 61_000))
    expect(await pressMany()).toBeGreaterThan(0)
    await app.close()
  })

  test('is not counted if only our own signature is damaged', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    for (let n = 0; n < 10; n++) await press(`${token.slice(0, -4)}${n}AAA`)
    expect(await problems()).toEqual([])
  })
})
