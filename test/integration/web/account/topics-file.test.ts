import { expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { get, NOW, post, useSite } from '../../../support/site.ts'

const site = useSite()

/** The path of a subscriber's manage page. */
async function page(email: string, topics: string[]): Promise<string> {
  await addSubscriber(site.deps, { email, topics, consent: 'on paper' })
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow({ where: { address: email } })
  return `/manage/${signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, site.deps.config.APP_SECRET[0]!)}`
}

const topicsOf = async (email: string) => {
  const rows = await site.db.topic.findMany({
    where: { subscriber: { address: email } },
    orderBy: { position: 'asc' },
    include: { query: true },
  })
  return rows.map(({ name, query }) => [name, query.text])
}

test('topics exported as text from one page can be added with their names on another', async () => {
  const from = await page('ann@example.com', ['RAG', 'How to learn, in videos?'])
  await post(site, from, { do: 'add-topic', topic: '[Efficiency]\n"KV cache" OR quantization' })
  expect((await get(site, from)).body).toContain(`href="${from}/topics.txt"`)
  const { statusCode, headers, body } = await get(site, `${from}/topics.txt`)
  expect(statusCode).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': 'attachment; filename="topics.txt"',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex',
  })
  const to = await page('bob@example.com', ['RAG'])
  expect((await post(site, to, { do: 'add-topic', topic: body.replaceAll('\n', '\r\n') })).statusCode).toBe(
    303,
  )
  expect(await topicsOf('bob@example.com')).toEqual([
    ['RAG', 'RAG'],
    ['How to learn, in videos?', 'How to learn, in videos?'],
    ['Efficiency', '"KV cache" OR quantization'],
  ])
})

test('errors in the text are shown, and the form keeps the text', async () => {
  const path = await page('ann@example.com', ['RAG'])
  const topic = '[Efficiency]\n\n[Other]\nquantization'
  const { statusCode, body } = await post(site, path, { do: 'add-topic', topic })
  expect([statusCode, errorsOn(body)]).toEqual([422, ['topic: topics.no-query']])
  expect(body).toContain(topic)
  const many = Array.from({ length: 21 }, (_, n) => `[Name ${n}]\nword${n}`).join('\n')
  expect((await post(site, path, { do: 'add-topic', topic: many })).body).toContain('21')
  const long = `[${'x'.repeat(101)}]\nquantization`
  expect((await post(site, path, { do: 'add-topic', topic: long })).statusCode).toBe(422)
  expect(await topicsOf('ann@example.com')).toEqual([['RAG', 'RAG']])
})

test('an invalid link gets no topics', async () => {
  expect((await get(site, '/manage/nonsense/topics.txt')).statusCode).toBeGreaterThanOrEqual(400)
})

test('an unknown link gets the page of an error instead of a file', async () => {
  const { statusCode, headers } = await get(site, '/manage/dead/topics.txt')
  expect(statusCode).toBe(404)
  expect(headers['content-type']).toContain('text/html')
  expect(headers['content-disposition']).toBeUndefined()
})
