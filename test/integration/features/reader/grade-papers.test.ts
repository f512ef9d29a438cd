import { describe, expect, test } from 'vitest'
import { MIN_GRADE } from '../../../../src/queries/ranking/close-papers.ts'
import { AUTOMOBILE, CAR, CELL_ENGINE, DAY, KEY, MODEL, useReaderWorld } from './reader-world.ts'

const world = useReaderWorld()

const titlesAsked = () => world.reader.requests.map(({ question }) => question.title).sort()

describe('the papers near the border of a topic', () => {
  test('are graded once, and move in and out of the related ones with the reason and the model', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    Object.assign(world.grades, { [AUTOMOBILE]: MIN_GRADE - 1, [CELL_ENGINE]: MIN_GRADE })
    expect(await world.grade()).toEqual({ asked: 2, graded: 2 })
    expect(titlesAsked()).toEqual([AUTOMOBILE, CELL_ENGINE])
    expect(await world.grade()).toEqual({ asked: 0, graded: 0 })
    const { titles, matched, content } = await world.planned()
    expect([titles, matched]).toEqual([[CAR, CELL_ENGINE], 1])
    const grade = { reason: `It is about ${CELL_ENGINE}`, by: MODEL }
    expect(content!.sections[1]!.papers[0]!.closeTo).toMatchObject({ topic: 'car engine', grade })
  })

  test('are asked about once for several subscribers with the same topic', async () => {
    for (const id of ['ann', 'bob']) await world.digests.addSubscriber(id, { topics: ['car engine'] })
    world.grades[CELL_ENGINE] = 9
    expect(await world.grade()).toEqual({ asked: 2, graded: 2 })
    expect((await world.planned('bob')).titles).toEqual([CAR, CELL_ENGINE])
    expect((await world.planned('ann')).titles).toEqual([CAR, CELL_ENGINE])
  })

  test('are five for a topic and day, also if other papers come nearer later', async () => {
    await world.digests.addSubscriber('ann', { topics: ['engine protein'] })
    await world.grade()
    const first = world.reader.requests.length
    expect(first).toBe(5)
    await world.digests.addPapers(DAY, ['Engine and protein of a car', 'Engine of an enzyme gene'])
    expect(await world.grade(world.at(`${DAY}T07:10:00Z`))).toEqual({ asked: 0, graded: 0 })
  })

  test('are graded anew by another model, whose grades count', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    await world.grade()
    world.grades[CELL_ENGINE] = 9
    const other = world.at(undefined, { READER_MODEL: 'other:2' })
    expect(await world.grade(other)).toEqual({ asked: 2, graded: 2 })
    expect((await world.planned('ann', other)).titles).toEqual([CAR, CELL_ENGINE])
  })

  test('are graded before the digest is due, and only for those who want related papers', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'], hour: 20 })
    await world.digests.addSubscriber('bob', { topics: ['automobile'] })
    await world.digests.addSubscriber('eve', { topics: ['wheel engine'], days: ['sun'] })
    await world.digests.db.subscriber.update({ where: { id: 'bob' }, data: { related: false } })
    expect(await world.grade()).toEqual({ asked: 0, graded: 0 })
    expect((await world.grade(world.at(`${DAY}T19:00:00Z`))).asked).toBe(2)
  })
})

describe('the reader', () => {
  test('gets topic and paper, the model and the key, and nothing of the subscriber', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    await world.grade()
    const [{ body, authorization, question } = world.reader.requests[0]!] = world.reader.requests
    expect(authorization).toBe(`Bearer ${KEY}`)
    expect(body).toMatchObject({ model: MODEL, temperature: 0, response_format: { type: 'json_object' } })
    expect(question.topic).toBe('car engine')
    expect(JSON.stringify(body)).not.toMatch(/ann|reader\.example/)
    expect(JSON.stringify(world.digests.logged)).not.toContain(KEY)
  })

  test('is asked without optional fields if it refuses them', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    world.reader.refusesField = 'response_format'
    expect(await world.grade()).toEqual({ asked: 2, graded: 2 })
  })

  test('gets no more papers on a day than its budget, whichever process asks', async () => {
    await world.digests.addSubscriber('ann', { topics: ['engine protein'] })
    const deps = world.at(undefined, { READER_PER_DAY: '3' })
    const both = await Promise.all([world.grade(deps), world.grade(deps)])
    expect(both.reduce((sum, { asked }) => sum + asked, 0)).toBe(3)
    expect(await world.grade(deps)).toEqual({ asked: 0, graded: 0 })
    expect(world.reader.requests).toHaveLength(3)
    const tomorrow = world.at('2026-11-25T07:00:00Z', { READER_PER_DAY: '3' })
    expect((await world.grade(tomorrow)).asked).toBeGreaterThan(0)
  })

  test.each([0, 10])('never removes a match and never adds one, if it gives each paper %i', async (grade) => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    Object.assign(world.grades, { [CAR]: grade, [AUTOMOBILE]: grade, [CELL_ENGINE]: grade })
    await world.grade()
    const { matched, titles } = await world.planned()
    expect([matched, titles]).toEqual([1, grade === 0 ? [CAR] : [CAR, CELL_ENGINE, AUTOMOBILE]])
  })
})

test('a digest keeps its bytes when grades change after it was planned', async () => {
  await world.digests.addSubscriber('ann', { topics: ['car engine'] })
  world.grades[CELL_ENGINE] = 9
  await world.grade()
  const { content } = await world.planned()
  await world.digests.db.readerGrade.updateMany({ data: { grade: 0, reason: 'changed' } })
  expect((await world.planned()).content).toEqual(content)
})
