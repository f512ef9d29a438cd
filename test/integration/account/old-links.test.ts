import { describe, expect, test } from 'vitest'
import { changeAddressByOperator } from '../../../src/account/request-address-change.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { words } from '../../../src/i18n/words.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed, pathOf } from '../../support/mailed-links.ts'
import { confirmToken, get, NOW, post, subscribeThroughSite, textOf, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const DAY_MS = 86_400_000
const site = useSite()

const later = (days: number) => site.clock.moveTo(new Date(NOW.getTime() + days * DAY_MS))
const topicId = async () => (await site.db.topic.findFirstOrThrow()).id

/** The path of their settings in an email from before they unsubscribed. */
async function pathBeforeTheyLeft(): Promise<string> {
  await subscribeThroughSite(site, EMAIL, { topic: ['robots', 'graphs'] })
  later(1)
  const path = await pathOf(site, 'manage', EMAIL)
  await unsubscribeByOperator(site.deps, { email: EMAIL })
  return path
}

async function subscribeAgain(days = 10): Promise<void> {
  later(days)
  await subscribeThroughSite(site, EMAIL, { topic: 'zebras' })
}

describe('links from before an unsubscribe and a new subscription', () => {
  test('open the topic, and change it', async () => {
    const path = await pathBeforeTheyLeft()
    await subscribeAgain()
    const { statusCode, body } = await get(site, `${path}/topics/${await topicId()}?paper=1`)
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain('Robots')
    const { statusCode: saved } = await post(site, `${path}/topics/${await topicId()}`, {
      do: 'change',
      query: 'robot arms',
    })
    expect(saved).toBe(303)
    expect((await site.db.query.findMany()).map(({ text }) => text)).toContain('robot arms')
  })

  test('open the page of all topics if their topic was removed', async () => {
    const path = await pathBeforeTheyLeft()
    const id = await topicId()
    await subscribeAgain()
    await post(site, path, { do: 'remove-topic', topic: id })
    const { statusCode, headers } = await get(site, `${path}/topics/${id}`)
    expect(statusCode).toBe(303)
    expect((await get(site, headers.location as string)).body).toContain(words.topicPage.gone)
  })

  test('do not work after a change of address', async () => {
    const path = await pathBeforeTheyLeft()
    await subscribeAgain(300)
    expect((await get(site, path)).statusCode).toBe(200)
    await changeAddressByOperator(site.deps, { email: EMAIL, newEmail: 'ann@new.example' })
    const before = await checksums(site.db)
    expect((await get(site, path)).statusCode).toBe(410)
    expect((await post(site, path, { do: 'pause', for: 'week' })).statusCode).toBe(410)
    expect(await checksums(site.db)).toEqual(before)
  })

  test('do not work a year later, as the mailbox may have a new owner', async () => {
    const path = await pathBeforeTheyLeft()
    await subscribeAgain(370)
    expect((await get(site, path)).statusCode).toBe(410)
  })
})

test('the confirmation of a returning subscriber has the earlier topics, as its page has', async () => {
  await pathBeforeTheyLeft()
  later(10)
  await post(site, '/subscribe', { email: EMAIL })
  const { text } = await mailed(site, 'confirmation', EMAIL)
  const { body } = await get(site, `/confirm/${await confirmToken(site, EMAIL)}`)
  for (const said of [text, textOf(body)]) {
    expect(said).toMatch(/robots.*graphs/is)
    for (const best of [words.emails.confirmation.best, words.confirm.best]) expect(said).not.toContain(best)
  }
})
