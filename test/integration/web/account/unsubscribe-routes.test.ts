import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { longDate } from '../../../../src/i18n/dates.ts'
import { words } from '../../../../src/i18n/words.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { checksums } from '../../../support/checksums.ts'
import { sentence } from '../../../support/page-text.ts'
import { post, subscribeThroughSite, unsubscribeToken, useSite } from '../../../support/site.ts'

const EMAIL = 'ann@example.com'
const ONE_CLICK = 'List-Unsubscribe=One-Click'
const MULTIPART = `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n`

const site = useSite()

const bodies: [string, string | undefined, string | undefined][] = [
  ['urlencoded, as RFC 8058 shows it', 'application/x-www-form-urlencoded', ONE_CLICK],
  ['urlencoded with a charset', 'application/x-www-form-urlencoded; charset=UTF-8', ONE_CLICK],
  ['multipart', 'multipart/form-data; boundary=b', MULTIPART],
  ['multipart without a boundary', 'multipart/form-data', MULTIPART],
  ['multipart without an end', 'multipart/form-data; boundary=b', MULTIPART.slice(0, 40)],
  ['plain text', 'text/plain', ONE_CLICK],
  ['malformed JSON', 'application/json', '{"List-'],
  ['no body and no type', undefined, undefined],
  ['a type and no body', 'application/x-www-form-urlencoded', ''],
  ['a body and no type', undefined, ONE_CLICK],
  ['a malformed type', ';;;', ONE_CLICK],
  ['bytes', 'application/octet-stream', '\0\u0001'],
  ['a body above the limit', 'text/plain', 'x'.repeat(200_000)],
]

const press = (token: string, type: string | undefined, payload: string | undefined, app = site.app) =>
  app.inject({
    method: 'POST',
    url: `/unsubscribe/${token}`,
    headers: type === undefined ? {} : { 'content-type': type },
    payload,
  })

const stateOf = async () => (await site.db.subscriber.findFirst())?.state

describe('one click', () => {
  test.each(bodies)('%s: unsubscribes, 200 at once', async (_what, type, payload) => {
    await subscribeThroughSite(site, EMAIL)
    const messages = await site.db.message.count()
    const answer = await press(await unsubscribeToken(site, EMAIL), type, payload)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe(`${words.unsubscribe.oneClick}\n`)
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.headers).not.toHaveProperty('location')
    expect(await stateOf()).toBe('unsubscribed')
    expect(await site.db.consent.findFirst({ where: { event: 'unsubscribed' } })).toMatchObject({
      how: 'one-click',
      wording: 'none',
    })
    expect(await site.db.message.count()).toBe(messages)
  })

  test.each(bodies)(
    '%s, with a link that we cannot verify: 404, and nothing changes',
    async (_what, type, payload) => {
      await subscribeThroughSite(site, EMAIL)
      const token = await unsubscribeToken(site, EMAIL)
      const before = await checksums(site.db)
      const tokens = [
        token.toLowerCase(),
        `${token.slice(0, -1)}`,
        'x'.repeat(1500),
        'nonsense',
        `${token}%ff`,
      ]
      for (const { statusCode, headers, body } of await Promise.all(
        tokens.map((one) => press(one, type, payload)),
      )) {
        expect([statusCode, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
        expect(body).toMatch(sentence(words.unsubscribe.unknown.oneClick))
        expect(body).toContain('/manage')
        expect(headers).not.toHaveProperty('set-cookie')
      }
      expect(await checksums(site.db)).toEqual(before)
    },
  )

  test('gets the same response the second time', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    await press(token, undefined, undefined)
    expect((await press(token, undefined, undefined)).statusCode).toBe(200)
  })

  test('from one address 150 times: never limited', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    const answers = await Promise.all(Array.from({ length: 150 }, () => press(token, undefined, undefined)))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  })

  test('while the database is down: 503, so that it is tried again', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
    const app = buildServer({ ...site.deps, db: nowhere.db })
    for (const payload of [ONE_CLICK, 'from=page', undefined]) {
      const answer = await press(token, payload && 'application/x-www-form-urlencoded', payload, app)
      expect([payload, answer.statusCode, answer.headers['retry-after']]).toEqual([payload, 503, '30'])
    }
    await app.close()
    await nowhere.close()
    expect(await stateOf()).toBe('active')
  })
})

describe('the page to unsubscribe', () => {
  test('changes nothing by itself; its button unsubscribes and leads to an undo', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = await unsubscribeToken(site, EMAIL)
    const before = await checksums(site.db)
    const page = await site.app.inject({ url: `/unsubscribe/${token}` })
    expect(page.body).toContain('a•••@example.com')
    expect(page.body).not.toContain(EMAIL)
    expect(await checksums(site.db)).toEqual(before)
    const pressed = await post(site, `/unsubscribe/${token}`, { from: 'page' })
    expect(pressed.statusCode).toBe(303)
    expect(await stateOf()).toBe('unsubscribed')
    const done = await site.app.inject({ url: pressed.headers.location as string })
    expect(done.body).toContain(words.unsubscribe.ended.heading)
    const undone = await post(site, pressed.headers.location as string)
    expect(undone.statusCode).toBe(303)
    expect(await stateOf()).toBe('active')
    const back = await site.app.inject({ url: undone.headers.location as string })
    expect(back.body).toContain(words.unsubscribe.back.heading)
    expect(back.body).toContain(longDate('2026-11-25'))
  })

  test.each([
    ['cut short', 'nonsense'],
    ['with other characters', 'a%20b%2F%3Fc%C3%A4'],
    ['too long', 'x'.repeat(1500)],
  ])('with an unknown link (%s): 404, with only the form that emails a link', async (_what, token) => {
    await subscribeThroughSite(site, EMAIL)
    const before = await checksums(site.db)
    const page = await site.app.inject({ url: `/unsubscribe/${token}` })
    expect(page.statusCode).toBe(404)
    expect(page.body).toContain(`<h1>${words.unsubscribe.unknown.heading}</h1>`)
    expect(page.body.match(/<form[^>]*method="post"[^>]*action="[^"]*"/g)).toEqual([
      '<form method="post" action="/manage"',
    ])
    expect(page.body).toContain('name="email"')
    const pressed = await post(site, `/unsubscribe/${token}`, { from: 'page' })
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, `/unsubscribe/${token}`])
    expect((await site.app.inject({ url: pressed.headers.location as string })).body).toBe(page.body)
    expect(await checksums(site.db)).toEqual(before)
  })
})
