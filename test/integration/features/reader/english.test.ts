import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { monotonicMs } from '../../../../src/core/clock.ts'
import { offerInEnglish } from '../../../../src/features/reader/offer-in-english.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { prune } from '../../../../src/operator/prune.ts'
import { importPapers } from '../../../../src/papers/import-papers.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { runCommand } from '../../../support/commands.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'
import { startStandInReader } from './stand-in-reader.ts'

const MODEL = 'stand-in:1'
const TOPIC = '测试时间自适应'
const QUERY = '"test-time adaptation"'
const reader = await startStandInReader(() => 1)
const site = useSite({ READER_URL: reader.url, READER_MODEL: MODEL, READER_PER_DAY: '8' })
afterAll(() => reader.close())

const w = words.reader.english
const says = (query: unknown) => {
  reader.failure = { kind: 'text', text: JSON.stringify({ query }) }
}
beforeEach(async () => {
  reader.requests.length = 0
  says(QUERY)
  const titles = ['Test-time adaptation of models', 'On graphs']
  const text = JSON.stringify(titles.map((title) => ({ title, summary: `${title}.` })))
  await importPapers(site.deps, { text, day: '2026-11-23' })
})

const button = (html: string) => /name="english" value="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"')
const typed = (html: string) =>
  /<textarea id="topic"[^>]*>([^<]*)</.exec(html)?.[1]?.replaceAll('&quot;', '"')

describe('a topic of another language in the form to sign up', () => {
  test('goes to the model only when its button is pressed, as the privacy page says', async () => {
    await get(site, `/subscribe?${new URLSearchParams({ topic: TOPIC })}`)
    for (const path of ['/preview', '/subscribe'])
      await post(site, path, { topic: TOPIC, email: 'ann@example.com' })
    expect(reader.requests).toEqual([])
    expect(textOf((await get(site, '/privacy')).body)).toContain(w.privacy)
  })

  test('is offered in English with its back-test when a button is pressed, and replaced when the offer is', async () => {
    const refused = await post(site, '/preview', { topic: TOPIC })
    expect([refused.statusCode, reader.requests.length]).toEqual([422, 0])
    expect(refused.body).toContain('formaction="/subscribe/english')

    const offered = await post(site, '/subscribe/english', { topic: `${TOPIC}\ngraphs` })
    expect(offered.statusCode).toBe(200)
    const text = textOf(offered.body)
    expect(text).toContain(fill(w.heading, { model: MODEL }))
    expect(text).toContain(fill(w.use, { query: QUERY }))
    expect(text).toContain('1 paper in 30 days')
    expect(text).toContain('Test-time adaptation of models')
    expect([typed(offered.body), button(offered.body)]).toEqual([`${TOPIC}\ngraphs`, `0 ${QUERY}`])
    expect(reader.requests.map(({ question }) => question.topic)).toEqual([TOPIC])

    const taken = await post(site, '/subscribe/english', { topic: `${TOPIC}\ngraphs`, english: `0 ${QUERY}` })
    expect([taken.statusCode, typed(taken.body)]).toEqual([200, `${QUERY}\ngraphs`])
    expect([await site.db.topic.count(), await site.db.signup.count()]).toEqual([0, 0])
  })

  test('is asked about once for everyone who types it, until the answer is pruned', async () => {
    await post(site, '/subscribe/english', { topic: TOPIC })
    await post(site, '/subscribe/english', { topic: TOPIC })
    expect(reader.requests).toHaveLength(1)
    const [row] = await site.db.readerOffer.findMany()
    expect(row).toMatchObject({ query: QUERY, model: MODEL })
    expect(JSON.stringify(row)).not.toContain(TOPIC)
    await site.db.readerOffer.updateMany({ data: { at: new Date('2026-01-01T00:00:00Z') } })
    await prune(site.deps)
    expect(await site.db.readerOffer.count()).toBe(0)
  })

  test.each([
    ['prose', 'You could write test-time adaptation.'],
    ['a query that cannot be read', JSON.stringify({ query: 'title:(test' })],
    ['more than a query', JSON.stringify({ query: QUERY, note: 'x' })],
    ['a link', JSON.stringify({ query: 'see https://evil.example/x' })],
    ['an address', JSON.stringify({ query: 'ann@evil.example' })],
    ['another language', JSON.stringify({ query: '测试' })],
    ['several topics', JSON.stringify({ query: 'adaptation, robots' })],
    ['no words', JSON.stringify({ query: 'votes>=20' })],
    ['too much', JSON.stringify({ query: `adaptation ${'OR adaptation '.repeat(40)}` })],
  ])('is not offered if the reply is %s, and the page says so', async (_what, text) => {
    reader.failure = { kind: 'text', text }
    const { statusCode, body } = await post(site, '/subscribe/english', { topic: TOPIC })
    expect([statusCode, button(body), typed(body)]).toEqual([200, undefined, TOPIC])
    expect(textOf(body)).toContain(fill(w.none, { topic: TOPIC }))
  })

  test('is not waited for: a model that hangs costs some three seconds, and is asked again later', async () => {
    reader.failure = { kind: 'hangs' }
    const began = monotonicMs()
    expect(await offerInEnglish(site.deps, TOPIC)).toBeNull()
    expect(monotonicMs() - began).toBeLessThan(4000)
    says(QUERY)
    expect(await offerInEnglish(site.deps, TOPIC)).toBe(QUERY)
  })

  test('is asked about again after a reply that is not a query, which is logged', async () => {
    const logged: unknown[] = []
    const deps = {
      ...site.deps,
      log: { ...site.deps.log, warn: (...entry: unknown[]) => void logged.push(entry) },
    }
    reader.failure = { kind: 'text', text: 'You could write test-time adaptation.' }
    expect(await offerInEnglish(deps, TOPIC)).toBeNull()
    expect(logged).toEqual([['offer.failed', { code: 'reader.unusable' }]])
    says(QUERY)
    expect(await offerInEnglish(deps, TOPIC)).toBe(QUERY)
    expect(await offerInEnglish(deps, TOPIC)).toBe(QUERY)
    expect(reader.requests).toHaveLength(2)
  })

  test('takes up to a quarter of the budget of the day', async () => {
    const offers = ['um', 'dois', 'três', 'quatro'].map((topic) => offerInEnglish(site.deps, topic))
    expect((await Promise.all(offers)).filter(Boolean)).toHaveLength(2)
    expect(await site.db.readerDay.findMany()).toMatchObject([{ asked: 2, offered: 2 }])
  })
})

test('a topic to add on the manage page is offered in English, and added only by its own button', async () => {
  await addSubscriber(site.deps, { email: 'ann@example.com', topics: ['rag'], consent: 'on paper' })
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
  const link = { purpose: 'manage' as const, id, epoch, issuedAt: NOW }
  const path = `/manage/${signLink(link, site.deps.config.APP_SECRET[0]!)}`
  const form = { do: 'settings', topic: TOPIC }
  const offered = await post(site, `${path}/english`, form)
  expect(textOf(offered.body)).toContain(fill(w.use, { query: QUERY }))
  expect([typed(offered.body), button(offered.body)]).toEqual([TOPIC, `0 ${QUERY}`])
  const taken = await post(site, `${path}/english`, { ...form, english: `0 ${QUERY}` })
  expect(typed(taken.body)).toBe(QUERY)
  expect(await site.db.topic.count()).toBe(1)
  expect((await get(site, `${path}/english`)).statusCode).toBe(405)
  expect((await post(site, '/manage/nonsense/english', form)).statusCode).toBe(404)
})

test('without a reader there is neither button nor route', async () => {
  const app = buildServer({ ...site.deps, config: readConfig({}, site.deps.features) })
  const without = { ...site, app }
  expect((await get(without, '/subscribe')).body).not.toContain('/subscribe/english')
  expect((await post(without, '/subscribe/english', { topic: TOPIC })).statusCode).toBe(404)
  await app.close()
})

test('`queries test` has the query in English among its offers, and its papers instead of none', async () => {
  const { json } = await runCommand(site.deps, ['queries', 'test', TOPIC])
  expect(json).toMatchObject({ query: TOPIC, total: 0, offers: [{ query: QUERY, papers: 1 }] })
  says('retrieval OR graphs')
  const german = await runCommand(site.deps, ['queries', 'test', 'Suche für Graphen'])
  expect(german.json).toMatchObject({ offers: [{ query: 'retrieval OR graphs', papers: 1 }] })
  reader.failure = { kind: 'status', status: 500 }
  await expect(runCommand(site.deps, ['queries', 'test', '图'])).rejects.toMatchObject({
    code: 'query.not-english',
  })
})
