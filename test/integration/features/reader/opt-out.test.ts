import { expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { exportSubscriber } from '../../../../src/account/export-account.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { topicsDueSoon } from '../../../../src/features/reader/due-topics.repo.ts'
import { topicKey } from '../../../../src/features/reader/grade.repo.ts'
import { readStoredGrades } from '../../../../src/features/reader/read-grades.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { prune } from '../../../../src/operator/prune.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { sentence } from '../../../support/page-text.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'

const EMAIL = 'ann@example.com'
const MODEL = 'qwen3:8b'
const site = useSite({ READER_URL: 'http://reader.example:11434/v1', READER_MODEL: MODEL })

/** The path of the manage page of a subscriber with two topics. */
async function page(): Promise<string> {
  await addSubscriber(site.deps, { email: EMAIL, topics: ['linear attention', 'rag'], consent: 'on paper' })
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
  const link = { purpose: 'manage' as const, id, epoch, issuedAt: NOW }
  return `/manage/${signLink(link, site.deps.config.APP_SECRET[0]!)}`
}

const topicIds = async () =>
  (await site.db.topic.findMany({ orderBy: { position: 'asc' } })).map(({ id }) => String(id))
const textsDue = async () =>
  (await topicsDueSoon(site.db, { now: new Date('2026-11-25T07:00:00Z'), limit: 10 })).map(({ text }) => text)
const isTicked = (html: string, id: string) => new RegExp(`name="read" value="${id}" checked`).test(html)

test('a topic that opts out is not sent to the reader, and gets no grades', async () => {
  const path = await page()
  const [first, second] = (await topicIds()) as [string, string]
  const { body } = await get(site, path)
  expect([isTicked(body, first), isTicked(body, second)]).toEqual([true, true])
  expect(textOf(body)).toMatch(
    sentence(words.reader.manage.text, { model: MODEL, host: 'reader.example:11434' }),
  )
  expect((await textsDue()).sort()).toEqual(['linear attention', 'rag'])

  const saved = await post(site, `${path}/reader`, { shown: [first, second], read: second })
  expect([saved.statusCode, saved.headers.location]).toEqual([303, `${path}#reader`])
  const after = (await get(site, path)).body
  expect([isTicked(after, first), isTicked(after, second)]).toEqual([false, true])
  expect(await textsDue()).toEqual(['rag'])

  const grade = { paperId: 1, model: MODEL, day: NOW, grade: 9, reason: '', at: NOW }
  const grades = ['linear attention', 'rag'].map((text) => ({ ...grade, topic: topicKey(text) }))
  await site.db.readerGrade.createMany({ data: grades })
  const topics = [
    { id: Number(first), queryId: 1, query: 'linear attention' },
    { id: Number(second), queryId: 2, query: 'rag' },
  ]
  const read = await readStoredGrades(site.deps, { topics, since: '2026-11-20' })
  expect([...read.keys()]).toEqual([Number(second)])
})

test('an opt-out ends when its box is ticked again, and topics that the form did not show stay', async () => {
  const path = await page()
  const [first, second] = (await topicIds()) as [string, string]
  await post(site, `${path}/reader`, { shown: [first, second] })
  expect(await textsDue()).toEqual([])
  await post(site, `${path}/reader`, { shown: first, read: first })
  expect(await textsDue()).toEqual(['linear attention'])
})

test('an opt-out is not possible for a topic of someone else, and a GET changes nothing', async () => {
  const path = await page()
  await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['robots'], consent: 'on paper' })
  const [, , other] = await site.db.topic.findMany({ orderBy: { id: 'asc' } })
  await post(site, `${path}/reader`, { shown: String(other!.id) })
  expect(await site.db.readerOptOut.count()).toBe(0)
  expect((await get(site, `${path}/reader`)).statusCode).toBe(405)
  expect((await post(site, '/manage/nonsense/reader', {})).statusCode).toBe(404)
  expect((await post(site, `${path}/reader`, { shown: 'x', read: ['y', '-1', '1e99'] })).statusCode).toBe(303)
})

test('the manage page has no such part without related papers or without the reader', async () => {
  const path = await page()
  const heading = words.reader.manage.heading
  expect(textOf((await get(site, path)).body)).toContain(heading)
  const without = buildServer({ ...site.deps, config: readConfig({}, site.deps.features) })
  expect(textOf((await get({ ...site, app: without }, path)).body)).not.toContain(heading)
  await without.close()
  await site.db.subscriber.updateMany({ data: { related: false } })
  expect(textOf((await get(site, path)).body)).not.toContain(heading)
})

test('the privacy page names the model and its host, and does not mention a reader without one', async () => {
  const text = fill(words.reader.privacy, { model: MODEL, host: 'reader.example:11434' })
  expect(textOf((await get(site, '/privacy')).body)).toContain(text)
  const without = buildServer({ ...site.deps, config: readConfig({}, site.deps.features) })
  expect(textOf((await get({ ...site, app: without }, '/privacy')).body)).not.toMatch(
    sentence(words.reader.privacy),
  )
  await without.close()
})

test('opt-outs are in the export and go with the subscriber; old grades are pruned', async () => {
  const path = await page()
  const [first] = (await topicIds()) as [string]
  await post(site, `${path}/reader`, { shown: first })
  expect(await exportSubscriber(site.deps, { email: EMAIL })).toMatchObject({
    topicsWithoutReader: [Number(first)],
  })
  await eraseSubscriber(site.deps, { email: EMAIL })
  expect(await site.db.readerOptOut.count()).toBe(0)
  const grade = { topic: 'x', model: MODEL, day: NOW, grade: 9, reason: '' }
  const at = new Date('2026-01-01T00:00:00Z')
  await site.db.readerGrade.createMany({
    data: [
      { ...grade, paperId: 1, at },
      { ...grade, paperId: 2, at: NOW },
    ],
  })
  await site.db.readerDay.create({ data: { day: at, asked: 3 } })
  expect(await prune(site.deps, { dryRun: true })).toMatchObject({ grades: 1 })
  expect(await prune(site.deps)).toMatchObject({ grades: 1 })
  expect([await site.db.readerGrade.count(), await site.db.readerDay.count()]).toEqual([1, 0])
})
