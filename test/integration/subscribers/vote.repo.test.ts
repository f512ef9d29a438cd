import { beforeEach, describe, expect, test } from 'vitest'
import {
  deleteAllFeedback,
  deleteFeedback,
  deleteProfile,
  listFeedback,
  MAX_FEEDBACK,
  profileOfSubscriber,
  profileWordsBySubscriber,
  saveFeedback,
  saveProfile,
} from '../../../src/subscribers/profile.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, seconds))
const ANN = 'ann'
const BEN = 'ben'

beforeEach(async () => {
  await emptyTables(database.db)
  for (const id of [ANN, BEN]) {
    const kept = { zone: 'UTC', hour: 8, days: ['mon'], maxPapers: 5, createdAt: at(0) }
    const address = `${id}@reader.example`
    await database.db.subscriber.create({
      data: { id, address, addressKey: address, addressHash: id, ...kept },
    })
  }
})

describe('opinions', () => {
  const WORDS = new Map([['attent', 0.8]])
  const give = (paperId: number, kind: 'more' | 'less', seconds: number, subscriberId = ANN) =>
    saveFeedback(database.db, { subscriberId, paperId, kind, words: WORDS, now: at(seconds) })
  const said = async (subscriberId = ANN) =>
    (await listFeedback(database.db, subscriberId)).map(({ paperId, kind }) => [paperId, kind])

  test('the newest of each paper counts, newest first, of nobody else', async () => {
    await give(1, 'more', 1)
    await give(2, 'more', 2)
    await give(1, 'less', 3)
    await give(9, 'more', 4, BEN)
    expect(await said()).toEqual([
      [1, 'less'],
      [2, 'more'],
    ])
    expect((await listFeedback(database.db, ANN))[0]?.words).toEqual(WORDS)
    await deleteFeedback(database.db, { subscriberId: ANN, paperId: 1 })
    expect(await said()).toEqual([[2, 'more']])
    await deleteAllFeedback(database.db, ANN)
    expect([await said(), await said(BEN)]).toEqual([[], [[9, 'more']]])
  })

  test('of a paper that turned out to be another one counts for that one, and once', async () => {
    await give(7, 'more', 1)
    await give(8, 'less', 2)
    const listed = {
      abstract: '',
      authors: [],
      categories: [],
      keywords: [],
      firstDay: at(0),
      updatedAt: at(0),
    }
    await database.db.paper.create({ data: { id: 3, title: 'It is one', firstSeen: at(0), ...listed } })
    const gone = ['7', '8'].map((value) => ({ scheme: 'id', value, paperId: 3 }))
    await database.db.paperKey.createMany({ data: gone })
    expect(await said()).toEqual([[3, 'less']])
    await give(3, 'more', 3)
    expect(await database.db.feedback.count()).toBe(1)
    await deleteFeedback(database.db, { subscriberId: ANN, paperId: 3 })
    expect(await said()).toEqual([])
  })

  test(`the newest ${MAX_FEEDBACK} are kept`, async () => {
    for (let n = 1; n <= MAX_FEEDBACK + 2; n++) await give(n, 'more', n)
    const kept = await said()
    expect([kept.length, kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([MAX_FEEDBACK, MAX_FEEDBACK + 2, 3])
    expect(await database.db.feedback.count()).toBe(MAX_FEEDBACK)
  })
})

describe('a profile', () => {
  const words = new Map([
    ['attent', 0.8],
    ['robot', -0.5],
    ['2.5', 0.33333333],
  ])

  test('comes back strongest first, takes the place of the one before, and is forgotten whole', async () => {
    expect(await profileOfSubscriber(database.db, ANN)).toBeNull()
    await saveProfile(database.db, { subscriberId: ANN, words: new Map([['old', 1]]), removed: new Set() })
    await saveProfile(database.db, { subscriberId: ANN, words, removed: new Set(['kernel']) })
    const kept = await profileOfSubscriber(database.db, ANN)
    expect([...kept!.words]).toEqual([
      ['attent', 0.8],
      ['robot', -0.5],
      ['2.5', 0.33333],
    ])
    expect([...kept!.removed]).toEqual(['kernel'])
    await deleteProfile(database.db, ANN)
    expect(await profileOfSubscriber(database.db, ANN)).toBeNull()
  })

  test('of many at once: of those who were asked for and have words', async () => {
    await saveProfile(database.db, { subscriberId: ANN, words, removed: new Set() })
    await saveProfile(database.db, { subscriberId: BEN, words: new Map(), removed: new Set(['x']) })
    expect([...(await profileWordsBySubscriber(database.db, [ANN, BEN, 'nobody'])).keys()]).toEqual([ANN])
    expect([...(await profileWordsBySubscriber(database.db, [BEN]))]).toEqual([])
  })

  test('that is no object is refused by the database', async () => {
    const wrong = database.db.profile.create({ data: { subscriberId: ANN, words: [1] } })
    await expect(wrong).rejects.toThrow('profile_words')
  })
})
