import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { words } from '../../../src/i18n/words.ts'
import { buildServer } from '../../../src/web/server.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { errorsOn } from '../../support/page-text.ts'
import { confirmToken, get, newestMail, post, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const site = useSite()
let app: ReturnType<typeof buildServer>

beforeAll(async () => {
  app = buildServer(site.deps)
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

/** Requests a page over a socket, with a URL of any length. */
async function visit(path: string): Promise<{ status: number | undefined; body: string }> {
  const { port } = app.server.address() as AddressInfo
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    request({ port, path }, resolve).on('error', reject).end(),
  )
  return { status: response.statusCode, body: await text(response) }
}

const STATEMENT = 'I study how hybrid linear attention copies text with few benchmarks. '.repeat(200)
/** A text of 8 kB. */
const LONG = STATEMENT.slice(0, 8192)

describe('a text of 8 kB', () => {
  test('is a search, even if each byte takes three characters in the URL', async () => {
    await addPapers(site.db)
    const { status, body } = await visit(`/papers?q=${encodeURIComponent(LONG)}`)
    expect(status).toBe(200)
    expect(/papers\/2507\.06457/.test(body)).toBe(true)
    const greek = `${STATEMENT.slice(0, 2000)} ${'αβγδ '.repeat(680)}`
    expect(Buffer.byteLength(greek)).toBeLessThan(8192)
    expect((await visit(`/papers?q=${encodeURIComponent(greek)}`)).status).toBe(200)
  })

  test('is a topic, also of two people at once', async () => {
    const replies = await Promise.all(
      [EMAIL, 'ben@example.com'].map((email) => post(site, '/subscribe', { email, topic: LONG })),
    )
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([303, 303])
    const { content } = await newestMail(site.db, EMAIL)
    expect(content.topics.map(({ query }) => query)).toEqual([LONG.trim()])
    for (const email of [EMAIL, 'ben@example.com'])
      await post(site, `/confirm/${await confirmToken(site, email)}`)
    expect(await site.db.query.findMany({ select: { text: true } })).toEqual([{ text: LONG.trim() }])
    expect(await site.db.topic.count()).toBe(2)
    const { id } = await site.db.topic.findFirstOrThrow({ where: { subscriber: { address: EMAIL } } })
    const { body } = await get(site, `${await pathOf(site, 'manage', EMAIL)}/topics/${id}`)
    expect(/<h1>(.*)<\/h1>/.exec(body)![1]).toMatch(/^Hybrid linear attention .{10,30}…?$/)
  })

  test('with one byte more gets 422, and the text stays in the field', async () => {
    const { statusCode, body } = await post(site, '/subscribe', { email: EMAIL, topic: `${LONG}xx` })
    expect([statusCode, errorsOn(body)]).toEqual([422, ['topic: query.too-long']])
    expect(body.includes(LONG.trim())).toBe(true)
  })
})

test('a URL that is too long gets 431 and a sentence', async () => {
  const { status, body } = await visit(`/papers?q=${'robots+'.repeat(10_000)}`)
  expect(status).toBe(431)
  expect(body).toBe(words.errors['request.too-large'])
})
