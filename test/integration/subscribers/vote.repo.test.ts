import { beforeEach, describe, expect, test } from 'vitest'
import {
  deleteVote,
  forgetTopic,
  learnedTopic,
  learnedTopics,
  MAX_VOTES,
  saveLearnedTopic,
  saveVote,
  votesOf,
} from '../../../src/subscribers/vote.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, seconds))
const ANN = 'ann'
let agents: number
let robots: number

beforeEach(async () => {
  const { db } = database
  await emptyTables(db)
  const kept = { zone: 'UTC', hour: 8, days: ['mon'], maxPapers: 5, createdAt: at(0) }
  const address = `${ANN}@reader.example`
  await db.subscriber.create({ data: { id: ANN, address, addressKey: address, addressHash: ANN, ...kept } })
  const addTopic = async (name: string, position: number) => {
    const query = await db.query.create({ data: { text: name, tree: {}, grammar: 1 } })
    return (await db.topic.create({ data: { subscriberId: ANN, position, name, queryId: query.id } })).id
  }
  agents = await addTopic('agents', 0)
  robots = await addTopic('robots', 1)
})

const PHRASES = new Map([['search agents', 0.8]])

describe('votes', () => {
  const give = (paperId: number, kind: 'more' | 'less', seconds: number, topicId = agents) =>
    saveVote(database.db, topicId, { paperId, kind, at: at(seconds), close: false, phrases: PHRASES })
  const given = async (topicId = agents) =>
    (await votesOf(database.db, topicId)).map(({ paperId, kind }) => [paperId, kind])

  test('count once on a paper, the newest, for each topic separately', async () => {
    await give(1, 'more', 1)
    await give(2, 'more', 2)
    await give(1, 'less', 3)
    await give(1, 'more', 4, robots)
    expect(await given()).toEqual([
      [1, 'less'],
      [2, 'more'],
    ])
    expect(await given(robots)).toEqual([[1, 'more']])
    expect((await votesOf(database.db, agents))[0]?.phrases).toEqual(PHRASES)
    await deleteVote(database.db, { topicId: agents, paperId: 1 })
    expect([await given(), await given(robots)]).toEqual([[[2, 'more']], [[1, 'more']]])
  })

  test('on a paper that was merged count once, for the other paper', async () => {
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
    expect(await given()).toEqual([[3, 'less']])
    await give(3, 'more', 3)
    expect(await database.db.vote.count()).toBe(1)
    await deleteVote(database.db, { topicId: agents, paperId: 3 })
    expect(await given()).toEqual([])
  })

  test(`are stored up to the newest ${MAX_VOTES} of a topic`, async () => {
    for (let n = 1; n <= MAX_VOTES + 2; n++) await give(n, 'more', n)
    const kept = await given()
    expect([kept.length, kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([MAX_VOTES, MAX_VOTES + 2, 3])
    expect(await database.db.vote.count()).toBe(MAX_VOTES)
  })

  test('are deleted with their topic, and so is what was learned from them', async () => {
    await give(1, 'more', 1)
    await give(2, 'more', 2, robots)
    await forgetTopic(database.db, agents)
    expect([await given(), await given(robots)]).toEqual([[], [[2, 'more']]])
  })
})

describe('what was learned about a topic', () => {
  test('has its phrases strongest first, and changes only the saved fields', async () => {
    const phrases = new Map([
      ['2.5 bits', 0.33333333],
      ['robot arms', -0.5],
      ['search agents', 0.8],
    ])
    await saveLearnedTopic(database.db, agents, { phrases, usual: 0.1, votedStep: 1 })
    await saveLearnedTopic(database.db, agents, { removed: ['kernels'], step: -2 })
    const learned = await learnedTopic(database.db, agents)
    expect([...learned.phrases]).toEqual([
      ['search agents', 0.8],
      ['robot arms', -0.5],
      ['2.5 bits', 0.33333],
    ])
    expect(learned).toMatchObject({ usual: 0.1, removed: ['kernels'], step: -2, votedStep: 1 })
    expect((await learnedTopic(database.db, 999)).phrases.size).toBe(0)
  })

  test('is read only for topics with learned data, of many subscribers', async () => {
    await saveLearnedTopic(database.db, robots, { step: 1 })
    expect([...(await learnedTopics(database.db, [ANN, 'nobody'])).keys()]).toEqual([robots])
    expect((await learnedTopics(database.db, ['nobody'])).size).toBe(0)
  })
})
